import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { execa } from 'execa';
import { parseAllDocuments } from 'yaml';
import type { JsonSchema } from '../../scripts/generate-schema.ts';
import { readScenarios } from '../../src/scenario/read-scenarios.ts';
import { fits } from './json-schema.ts';

const schema = JSON.parse(readFileSync('schema/scenario.schema.json', 'utf8')) as JsonSchema;

function documents(file: string): unknown[] {
	return [...parseAllDocuments(readFileSync(file, 'utf8'))].map((document): unknown => document.toJS());
}

describe('the published JSON Schema', () => {
	it('takes every shipped scenario and the full example', async () => {
		const { scenarios } = await readScenarios(['scenarios', 'test/fixtures/scenarios/full-example.yaml']);
		const files = new Set(scenarios.map(({ file }) => file));
		expect(files.size).to.be.at.least(30);
		for (const file of files)
			for (const value of documents(file)) expect(fits(value, schema, schema), file).to.equal(true);
	});

	it('refuses what the tool refuses for its structure', () => {
		const names = [
			'unknown-pod-key',
			'bad-duration',
			'no-tries',
			'unknown-capability',
			'wrong-api-version',
			'bad-pod-name',
			'no-name',
		];
		names.push(
			'port-too-large',
			'attempt-bad-target',
			'attempt-no-expect',
			'chaos-unknown-fault',
			'phase-unknown-action',
			'numeric-label',
		);
		// a port of five digits is refused by the tool, the pattern can't say it
		for (const name of names.filter((one) => one !== 'port-too-large')) {
			const [value] = documents(`test/fixtures/malformed/${name}.yaml`);
			expect(fits(value, schema, schema), name).to.equal(false);
		}
	});

	it('describes every key', () => {
		const missing: string[] = [];
		const visit = (one: JsonSchema, path: string): void => {
			for (const [key, child] of Object.entries(one.properties ?? {})) {
				if (child.description === undefined) missing.push(`${path}.${key}`);
				visit(child, `${path}.${key}`);
			}
			for (const inner of [one.items, ...(one.anyOf ?? [])]) if (inner) visit(inner, path);
		};
		visit(schema, 'Scenario');
		for (const [name, definition] of Object.entries(schema.definitions ?? {})) visit(definition, name);
		expect(missing).to.deep.equal([]);
	});
});

describe('scripts/generate.ts --check', () => {
	const generate = (...args: string[]) =>
		execa(process.execPath, ['--import', 'tsx', 'scripts/generate.ts', ...args], { reject: false, timeout: 20_000 });

	it('passes on what is checked in, as far as scenario files go', async () => {
		const { stderr } = await generate('--check');
		expect(stderr).to.not.match(/scenario/);
	}).timeout(20_000);

	it('exits 1 and names what is stale', async () => {
		const folder = mkdtempSync(join(tmpdir(), 'gatecrash-'));
		try {
			const { exitCode, stderr } = await generate('--check', '--folder', folder);
			expect(exitCode).to.equal(1);
			expect(stderr)
				.to.include('schema/scenario.schema.json is stale')
				.and.include('docs/scenario-reference.md is stale');
		} finally {
			rmSync(folder, { recursive: true });
		}
	}).timeout(20_000);
});
