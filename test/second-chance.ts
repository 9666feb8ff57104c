import { relative } from 'node:path';
import type { Context, RootHookObject } from 'mocha';

/** Tests of processes, packets and clusters: a machine that is busy with something else can fail them by being slow. */
const dependOnTheMachine = /^test\/(agent|cli|cluster|e2e)\//;

/**
 * Loaded by every mocha run. Tests that depend on the machine are run a second time when they fail; the reporter
 * (test/reporter.mjs) names them with their first failure, since a test that needs its second chance often is a defect. Tests
 * of pure code and of random cases get none: what fails there once is wrong.
 */
export const mochaHooks: RootHookObject = {
	beforeEach(this: Context) {
		const test = this.currentTest;
		if (test && dependOnTheMachine.test(relative('', test.file ?? ''))) test.retries(Math.max(1, test.retries()));
	},
};
