import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import fc from 'fast-check';
import type { CommandSpec } from '../../src/cli/command-spec.ts';
import { commandNames, commands } from '../../src/cli/commands.ts';
import { parseConfig } from '../../src/cli/config-file.ts';
import { readFlags } from '../../src/cli/read-flags.ts';
import { gatecrash, makeSandbox } from './sandbox.ts';

const { flags } = commands.run;
const read = (text: string) => parseConfig(text, 'gatecrash.config.yaml');

describe('gatecrash.config.yaml', () => {
	it('is less than the environment, which is less than the command line, and more than a default', () => {
		const { flags: configured, diagnostics } = read(
			'concurrency: 6\nreporter: [console, junit=x.xml]\nfail-fast: true\ntimeout: 1m\n',
		);
		expect(diagnostics).to.deep.equal([]);
		expect(readFlags(flags, {}, {}, configured)).to.deep.include({
			concurrency: 6,
			reporter: ['console', 'junit=x.xml'],
			failFast: true,
			timeout: 60_000,
			out: '.gatecrash/runs',
		});
		const env = { GATECRASH_CONCURRENCY: '7', GATECRASH_FAIL_FAST: 'false' };
		expect(readFlags(flags, {}, env, configured)).to.include({ concurrency: 7, failFast: false });
		expect(readFlags(flags, { concurrency: '8' }, env, configured).concurrency).to.equal(8);
	});

	it('tells all its mistakes at once, each at its place', () => {
		const text =
			'concurency: 6\nconcurrency: many\nfail-fast: "yes"\nreporter: [console, xml]\nkeep: often\ntimeout: 30\nyes: true\n';
		const complaints = read(text).diagnostics.map(({ line, column, code }) => `${line}:${column} ${code}`);
		expect(complaints.sort()).to.deep.equal([
			'1:1 unknown-key',
			'2:14 wrong-type',
			'3:12 wrong-type',
			'4:21 bad-value',
			'5:7 bad-value',
			'6:10 wrong-type',
			'7:1 unknown-key',
		]);
		expect(read('concurency: 6\n').diagnostics[0]?.hint).to.equal('did you mean concurrency?');
		expect(read('- a\n').diagnostics).to.have.length(1);
		expect(read('tag: a\n---\ntag: b\n').diagnostics).to.have.length(1);
		expect(read('# nothing\n')).to.deep.equal({ flags: {}, diagnostics: [] });
	});

	it('never throws, and never gives a value that the flags refuse', () => {
		const value = fc.oneof(fc.string(), fc.integer(), fc.boolean(), fc.array(fc.string()), fc.constant(null));
		const key = fc.constantFrom('concurrency', 'tag', 'reporter', 'keep', 'timeout', 'strict', 'cluster', 'else');
		fc.assert(
			fc.property(fc.dictionary(key, value), (config) => {
				const { flags: configured } = read(JSON.stringify(config));
				readFlags(flags, {}, {}, configured);
			}),
			{ numRuns: 300 },
		);
	});

	it('means the same for every command: flags of one name are of one kind', () => {
		const kinds = new Map<string, string>();
		for (const name of commandNames) {
			for (const [key, flag] of Object.entries((commands[name] as CommandSpec).flags)) {
				expect(kinds.get(key) ?? flag.kind, `${key} of ${name}`).to.equal(flag.kind);
				kinds.set(key, flag.kind);
			}
		}
	});

	it('is found beside what is run, and ends with 64 where it is wrong', async () => {
		const { folder, remove } = makeSandbox();
		try {
			writeFileSync(join(folder, 'gatecrash.config.yaml'), 'reporter: [tap]\nstrict: perhaps\n');
			const { code, stderr } = await gatecrash(['judge', 'latest'], folder);
			expect(code).to.equal(64);
			expect(stderr).to.match(/gatecrash\.config\.yaml:2:9/);
		} finally {
			remove();
		}
	});
});
