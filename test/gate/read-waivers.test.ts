import { expect } from 'chai';
import fc from 'fast-check';
import { readWaivers } from '../../src/gate/read-waivers.ts';

const cases = [
	'shop/connect/front→db:5432/tcp/ipv4',
	'shop/connect/front→db:5432/tcp/ipv6',
	'shop/connect/other→db:5432/tcp/ipv4',
	'shop-two/named',
];

const file = (entries: string): string => `apiVersion: gatecrash.dev/v1alpha1\nkind: Waivers\nwaivers:\n${entries}`;

function complaints(text: string): string[] {
	return readWaivers(text, 'w.yaml', cases).diagnostics.map(
		({ line, column, severity, code, message }) => `${line}:${column} ${severity} ${code} ${message}`,
	);
}

describe('a waivers file', () => {
	it('names cases, with reason, link, expiry, engine and versions', () => {
		const text = file(
			'  - case: shop/connect/front→db:5432/tcp/ipv4\n    reason: soon\n    link: https://example.org/1\n    expires: 2026-12-31\n    engine: calico\n    versions: ">=3.27 <3.31"\n',
		);
		const { waivers, diagnostics } = readWaivers(text, 'w.yaml', cases);
		expect(diagnostics).to.deep.equal([]);
		expect(waivers).to.deep.equal([
			{
				case: 'shop/connect/front→db:5432/tcp/ipv4',
				reason: 'soon',
				link: 'https://example.org/1',
				expires: '2026-12-31',
				engine: 'calico',
				versions: '>=3.27 <3.31',
				position: { file: 'w.yaml', line: 4, column: 5 },
			},
		]);
	});

	it('tells all its mistakes at once, each at its place', () => {
		const text = file(
			[
				'  - case: shop/connect/frond→db:5432/tcp/ipv4',
				'    reason: soon',
				'  - case: shop-two/named',
				'  - case: shop-two/named',
				'    reason: ""',
				'    expires: 2026-02-30',
				'    versions: newest',
				'    until: never',
				'  - {case: "shop*/named", reason: x}',
				'  - {case: "shop/connect/*→db:5432/tcp/ipv4", reason: x}',
				'  - {case: "shop/connect/*→db:5432/tcp/*", cells: 2, reason: x}',
				'  - {case: shop-two/named, reason: x, versions: "1.x"}',
				'  - {case: shop-two/named, reason: x, cells: 1, link: "javascript:alert(1)"}',
				'  - {case: elsewhere/case, reason: x}',
			].join('\n'),
		);
		expect(complaints(text)).to.deep.equal([
			'4:11 error unknown-case there is no case "shop/connect/frond→db:5432/tcp/ipv4"',
			'6:5 error missing-key the key "reason" is missing',
			'8:13 error bad-value "" is too small',
			'9:14 error bad-value "2026-02-30" is not allowed here',
			'10:15 error bad-value expected a range of versions, such as ">=3.27 <3.31"',
			'11:5 error unknown-key unknown key "until"',
			'12:12 error bad-pattern a pattern may not stand for scenarios',
			'13:5 error missing-key a pattern has to say for how many cells it stands',
			'14:51 error too-many the pattern matches 3 cells, more than the 2 that were meant',
			'15:39 error missing-key versions of which program?',
			'16:55 error bad-value "javascript:alert(1)" is not allowed here',
			'17:12 warning unknown-scenario there is no scenario "elsewhere" here: this waives nothing in this run',
		]);
		expect(readWaivers(text, 'w.yaml', cases).waivers).to.deep.equal([]);
	});

	it('says what may have been meant', () => {
		const { diagnostics } = readWaivers(
			file('  - {case: "shop/connect/front→db:5432/tcp/ipv5", reason: x}\n'),
			'w.yaml',
			cases,
		);
		expect(diagnostics[0]?.hint).to.equal('did you mean shop/connect/front→db:5432/tcp/ipv4?');
	});

	it('may waive the cell of a family that this cluster does not have', () => {
		expect(complaints(file('  - {case: "shop/connect/other→db:5432/tcp/ipv6", reason: x}\n'))).to.deep.equal([]);
	});

	it('refuses what is no waivers file, and the same case twice', () => {
		expect(complaints('')).to.have.length(1);
		expect(complaints('kind: Scenario\n')).to.not.deep.equal([]);
		const twice = '  - {case: shop-two/named, reason: x}\n';
		expect(complaints(file(twice + twice))).to.deep.equal(['5:12 error duplicate shop-two/named is waived twice']);
	});

	it('never throws, whatever the text', () => {
		fc.assert(
			fc.property(fc.string(), fc.string(), (one, other) => {
				readWaivers(one, 'w.yaml', [other]);
				readWaivers(file(`  - case: ${JSON.stringify(one)}\n    reason: ${JSON.stringify(other)}\n`), 'w.yaml', [
					other,
				]);
			}),
			{ numRuns: 200 },
		);
	});
});
