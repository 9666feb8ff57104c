import { readFileSync, readdirSync, rmSync, symlinkSync } from 'node:fs';
import { join, relative } from 'node:path';
import { expect } from 'chai';
import { readScenarios } from '../../src/scenario/read-scenarios.ts';

const folder = 'test/fixtures/malformed';

interface Expected {
	code: string;
	line: number;
	column: number;
	/** Where the mistake is when it isn't in the scenario file itself. */
	file?: string;
}

/** Each file holds one mistake; expected.json says by hand what is to be reported, and where. */
const expected = JSON.parse(readFileSync(join(folder, 'expected.json'), 'utf8')) as Record<string, Expected>;

describe('malformed scenario files', () => {
	// Made here: an archive or a checkout without symbolic links would leave a plain file in its place.
	const link = join(folder, 'policies/link-out.yaml');
	before(() => {
		rmSync(link, { force: true });
		symlinkSync('../../scenarios/policies/default-deny.yaml', link);
	});
	after(() => rmSync(link));

	it('are all listed, and at least 100', () => {
		const files = readdirSync(folder).filter((name) => name.endsWith('.yaml'));
		expect(files.sort()).to.deep.equal(Object.keys(expected).sort());
		expect(files.length).to.be.at.least(100);
	});

	for (const [name, { file = name, ...position }] of Object.entries(expected)) {
		it(`${name}: ${position.code}`, async () => {
			const { scenarios, diagnostics } = await readScenarios([join(folder, name)]);
			const errors = diagnostics.filter(({ severity }) => severity === 'error');
			const found = errors.map((one) => ({ code: one.code, line: one.line, column: one.column }));
			expect(found, JSON.stringify(errors, null, 1)).to.deep.equal([position]);
			expect(errors.map((one) => relative(folder, one.file))).to.deep.equal([file]);
			expect(scenarios.map((scenario) => scenario.name)).to.not.include(
				name === 'second-document-broken.yaml' ? 'second' : 'malformed',
			);
			const [error] = errors;
			expect(error?.message).to.be.a('string').and.not.equal('');
			expect(error?.hint, 'hint').to.be.a('string').and.not.equal('');
		}).timeout(5000);
	}
});
