import { expect } from 'chai';
import { commandNames, commands } from '../../src/cli/commands.ts';
import { environmentName, kebabName } from '../../src/cli/flag.ts';
import { readFlags } from '../../src/cli/read-flags.ts';
import { GatecrashError } from '../../src/model/gatecrash-error.ts';

const { flags } = commands.run;

describe('flags', () => {
	it('take the command line over the environment over the default', () => {
		expect(readFlags(flags, {}, {}).concurrency).to.equal(4096);
		expect(readFlags(flags, {}, { GATECRASH_CONCURRENCY: '7' }).concurrency).to.equal(7);
		expect(readFlags(flags, { concurrency: '8' }, { GATECRASH_CONCURRENCY: '7' }).concurrency).to.equal(8);
	});

	it('read every kind', () => {
		const env = { GATECRASH_FAIL_FAST: 'true', GATECRASH_QUIET: '0', GATECRASH_TAG: 'a, b', GATECRASH_SETTLE: '1m30s' };
		const values = readFlags(flags, { reporter: ['console', 'junit=x=y.xml'], attempts: '3' }, env);
		expect(values).to.include({
			failFast: true,
			quiet: false,
			settle: 90_000,
			attempts: 3,
			timeout: undefined,
			out: '.gatecrash/runs',
		});
		expect(values.tag).to.deep.equal(['a', 'b']);
		expect(values.reporter).to.deep.equal(['console', 'junit=x=y.xml']);
	});

	const refused: [string, Record<string, string | string[]>, Record<string, string>, string][] = [
		['a number that is none', { concurrency: 'many' }, {}, '--concurrency'],
		['a number below the least', { attempts: '0' }, {}, '--attempts'],
		['a fraction', { maxSkipped: '1.5' }, {}, '--max-skipped'],
		['a duration without unit', { settle: '30' }, {}, '--settle'],
		['an empty duration', { timeout: '' }, {}, '--timeout'],
		['a duration of nothing', { timeout: '0s' }, {}, '--timeout'],
		['an unknown reporter', { reporter: ['xml=file'] }, {}, '--reporter'],
		['an unknown capability', { require: ['telepathy'] }, {}, '--require'],
		['a switch in the environment that is neither', {}, { GATECRASH_STRICT: 'maybe' }, 'GATECRASH_STRICT'],
		['a wrong value in the environment', {}, { GATECRASH_CONCURRENCY: '-1' }, 'GATECRASH_CONCURRENCY'],
	];
	for (const [what, given, env, where] of refused) {
		it(`refuse ${what}, and say where it was written`, () => {
			expect(() => readFlags(flags, given, env))
				.to.throw(GatecrashError)
				.that.includes({ code: 'GC_USAGE' })
				.with.property('message')
				.that.includes(where);
		});
	}

	it('have names that differ in every form, so that no variable sets two', () => {
		for (const name of commandNames) {
			const keys = Object.keys(commands[name].flags);
			expect(new Set(keys.map(environmentName)).size).to.equal(keys.length);
			for (const key of keys)
				expect(environmentName(key)).to.equal(`GATECRASH_${kebabName(key).toUpperCase().replaceAll('-', '_')}`);
		}
	});
});
