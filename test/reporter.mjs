import Mocha from 'mocha';

/** Mocha's `spec`, which also tells which tests failed once and were run again, and why. */
export default class SpecWithRetries extends Mocha.reporters.Spec {
	#retried = [];

	constructor(runner, options) {
		super(runner, options);
		runner.on('retry', (test, error) => this.#retried.push(`${test.fullTitle()}\n${error?.stack ?? error}`));
	}

	epilogue() {
		for (const text of this.#retried) process.stdout.write(`\nFailed once and was run again: ${text}\n`);
		super.epilogue();
	}
}
