import { expect } from 'chai';
import { judge } from '../../src/judge/judge.ts';
import type { ServerCertificate } from '../../src/model/agent.ts';
import type { Cell, Step } from '../../src/model/plan.ts';
import type { Presents } from '../../src/model/scenario.ts';
import { cellOf, changed, codesOf } from './edit-history.ts';
import { build, makeCell, replied } from './history-builder.ts';

const identity = 'spiffe://cluster.local/ns/shop/sa/app-one';
const shown: ServerCertificate = {
	...{ uris: [identity], issuer: 'O=cluster.local', serial: '01', fingerprint: 'aa', chain: 1 },
	...{ notBefore: '2026-01-01T00:00:00.000Z', notAfter: '2026-01-02T00:00:00.000Z' },
};
const renewed: ServerCertificate = { ...shown, serial: '02', fingerprint: 'bb' };

/** The server shows `first` in the first epoch and `then` in the second, which `presents` is about. */
function judged(presents: Presents, first: ServerCertificate | undefined, then: ServerCertificate | undefined) {
	const tls = { certificate: 'valid', alpn: ['istio'] } as const;
	const base: Partial<Cell> = { kind: 'tls', expectation: 'allowed', tls: { ...tls, alpn: [...tls.alpn] } };
	const cells = [
		{ ...base, phase: 'before' },
		{ ...base, phase: 'after', presents },
	];
	const [before, after] = cells.map((cell) => makeCell(cell).id);
	const attempt = (phase: string, id: string | undefined): Step => ({
		...{ do: 'attempt', purpose: 'declared', phase, cells: id === undefined ? [] : [id] },
	});
	const steps: Step[] = [attempt('before', before), { do: 'apply', policies: ['deny'] }, attempt('after', after)];
	const built = build({ cells, steps, behave: () => replied });
	const epochs = [...new Set(built.events.flatMap((event) => (event.is === 'result' ? [event.epoch] : [])))];
	const events = changed(
		built.events,
		'result',
		() => true,
		(event) => {
			const certificate = event.epoch === epochs[0] ? first : then;
			return certificate ? { ...event, certificate } : event;
		},
	);
	const cell = cellOf(judge(built.plan, events), 1);
	return { verdict: cell.verdict, code: codesOf(cell)[0], presented: cell.observed.presented };
}

describe('presents: the certificate that the server shows', () => {
	it('is enforced when it has the identity and the issuer, and stands in the verdict with all that is known of it', () => {
		const { verdict, presented } = judged({ identity, issuer: 'O=cluster.local' }, undefined, shown);
		expect(verdict).to.equal('enforced');
		expect(presented).to.deep.equal([{ ...shown, tries: 3 }]);
	});

	for (const [what, presents] of [
		['another identity', { identity: `${identity}-two` }],
		['another issuer', { issuer: 'O=somebody' }],
	] as const) {
		it(`is broken with ${what}`, () => {
			const { verdict, code } = judged(presents, undefined, shown);
			expect({ verdict, code }).to.deep.equal({ verdict: 'broken', code: 'certificate-differs' });
		});
	}

	it('is broken with one more identity than the one', () => {
		const { verdict } = judged({ identity }, undefined, { ...shown, uris: [identity, `${identity}-two`] });
		expect(verdict).to.equal('broken');
	});

	it('renewed: another serial number than before, and not renewed: the same', () => {
		expect(judged({ renewed: true }, shown, renewed).verdict).to.equal('enforced');
		expect(judged({ renewed: true }, shown, shown)).to.deep.include({
			...{ verdict: 'broken', code: 'certificate-not-renewed' },
		});
		expect(judged({ renewed: false }, shown, shown).verdict).to.equal('enforced');
		expect(judged({ renewed: false }, shown, renewed).code).to.equal('certificate-renewed');
	});

	it('is inconclusive when no certificate was seen, now or before', () => {
		expect(judged({ identity }, shown, undefined)).to.deep.include({
			...{ verdict: 'inconclusive', code: 'certificate-not-seen' },
		});
		expect(judged({ renewed: true }, undefined, shown).verdict).to.equal('inconclusive');
	});
});
