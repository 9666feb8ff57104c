import { expect } from 'chai';
import { judge } from '../../src/judge/judge.ts';
import type { HistoryEvent } from '../../src/model/event.ts';
import type { Cell, Step } from '../../src/model/plan.ts';
import type { CellVerdict } from '../../src/model/verdict.ts';
import { cellOf, changed, codesOf, declaredEpoch, insertedAfter, isOf } from './edit-history.ts';
import {
	type Behaviour,
	type BuildOptions,
	build,
	delivered,
	replied,
	scenarioName,
	timedOut,
	toPod,
	uidOf,
} from './history-builder.ts';

const identity = 'spiffe://cluster.local/ns/shop/sa/client-two';
const header = `By=spiffe://cluster.local/ns/shop/sa/app-one;Hash=ab12;Subject="";URI=${identity}`;
const forged = `URI=spiffe://cluster.local/ns/shop/sa/admin`;

const mtls: Partial<Cell> = { kind: 'mtls', speaks: 'http', expectation: 'allowed', identity };
const plaintext: Partial<Cell> = { kind: 'plaintext', speaks: 'http' };
const sidecars = ['app-one', 'app-two', 'client-one', 'client-two'];

/** The tries of the declared step behave so; before and after them the path is open. */
function declaredAs(cell: Partial<Cell>, behave: (index: number) => Behaviour, rest: BuildOptions = {}) {
	const open: Behaviour = cell.kind === 'mtls' ? { ...replied, forwarded: header } : replied;
	return build({
		...{ cells: [cell], sidecars, ...rest },
		behave: (_cell, purpose, index) => (purpose === 'declared' ? behave(index) : open),
	});
}

function verdictOf(cell: Partial<Cell>, behave: (index: number) => Behaviour, rest: BuildOptions = {}): CellVerdict {
	const { plan, events } = declaredAs(cell, behave, rest);
	return cellOf(judge(plan, events));
}

function told(cell: CellVerdict) {
	return { verdict: cell.verdict, codes: codesOf(cell), findings: cell.findings.map(({ code }) => code) };
}

describe('mtls: the identity that the server must see', () => {
	it('enforced when the last element has it, whatever a client wrote before', () => {
		for (const forwarded of [header, `${forged},${header}`]) {
			const cell = verdictOf(mtls, () => ({ ...replied, forwarded }));
			expect(told(cell)).to.deep.equal({ verdict: 'enforced', codes: ['allowed-replied'], findings: [] });
			expect(cell.observed.forwarded).to.deep.equal([{ header: forwarded, identity, tries: 3 }]);
		}
	});

	it('is that of the namespace as the cluster calls it, where namespaces have names of the run', () => {
		const names = { is: 'namespaces', scenario: scenarioName, names: { shop: 'gc-1a2b-shop' } } as const;
		const verdicts = ['shop', 'gc-1a2b-shop'].map((namespace) => {
			const forwarded = header.replaceAll('/shop/', `/${namespace}/`);
			const { plan, events } = declaredAs(mtls, () => ({ ...replied, forwarded }));
			const renamed = insertedAfter(events, (event) => isOf(event, 'endpoint'), names);
			return [events, renamed].map((some) => cellOf(judge(plan, some)).verdict);
		});
		expect(verdicts).to.deep.equal([
			['enforced', 'broken'],
			['broken', 'enforced'],
		]);
	});

	it('broken when any token came with another one; the evidence names the header', () => {
		const forwarded = `${header},${forged}`;
		const { plan, events } = declaredAs(mtls, (index) => ({ ...replied, forwarded: index === 1 ? forwarded : header }));
		const cell = cellOf(judge(plan, events));
		expect(told(cell)).to.deep.equal({ verdict: 'broken', codes: ['identity-differs'], findings: [] });
		expect(cell.reasons[0]?.text).to.contain(`1 of 3 requests: ${forwarded}; ${identity} is demanded`);
		const line = events.find((event) => isOf(event, 'identity') && event.forwardedClientCert === forwarded);
		expect(cell.evidence).to.include(line?.n);
	});

	it('broken when the certificate names several, or none', () => {
		for (const forwarded of [`${header};URI=spiffe://other/x`, 'By=spiffe://x/y;Subject="CN=client-two"']) {
			expect(codesOf(verdictOf(mtls, () => ({ ...replied, forwarded })))).to.deep.equal(['identity-differs']);
		}
	});

	it('broken when one of two requests of a retried token came with another one', () => {
		const { plan, events } = declaredAs(mtls, () => ({ ...replied, forwarded: header }));
		const first = events.findLast((event) => isOf(event, 'identity') && event.at < atOf(events, 'reopen'));
		if (!first || !isOf(first, 'identity')) throw new Error('no identity');
		const again = insertedAfter(events, (event) => event === first, {
			...first,
			seq: 1000,
			forwardedClientCert: forged,
		});
		expect(codesOf(cellOf(judge(plan, again)))).to.deep.equal(['identity-differs']);
	});

	it('broken when it came with none; inconclusive when records of the witness are missing', () => {
		const { plan, events } = declaredAs(mtls, (index) => (index === 2 ? replied : { ...replied, forwarded: header }));
		expect(told(cellOf(judge(plan, events)))).to.deep.equal({
			...{ verdict: 'broken', codes: ['identity-missing'], findings: [] },
		});
		const whole = declaredAs(mtls, () => ({ ...replied, forwarded: header }));
		const lines = whole.events.filter((event) => isOf(event, 'identity') && event.at < atOf(whole.events, 'reopen'));
		const lost = whole.events.filter((event) => event !== lines.at(-1));
		expect(codesOf(cellOf(judge(whole.plan, lost)))).to.deep.equal(['identity-missing', 'witness-gap']);
		expect(cellOf(judge(whole.plan, lost)).verdict).to.equal('inconclusive');
	});

	it('a request without a reply may have ended before its header', () => {
		const cell = verdictOf(mtls, (index) => (index === 0 ? delivered : { ...replied, forwarded: header }));
		expect(told(cell)).to.deep.equal({ verdict: 'enforced', codes: ['allowed-replied'], findings: ['tries-failed'] });
	});

	it('nobody writes to a reader’s terminal with it', () => {
		const forwarded = 'URI=spiffe://x/\u001b[2Jy';
		const cell = verdictOf(mtls, () => ({ ...replied, forwarded }));
		expect(cell.observed.forwarded?.[0]).to.deep.include({
			header: 'URI=spiffe://x/?[2Jy',
			identity: 'spiffe://x/?[2Jy',
		});
		expect(JSON.stringify(cell.reasons)).to.contain('spiffe://x/?[2Jy');
	});

	it('inconclusive when the header can’t be read', () => {
		const cell = verdictOf(mtls, () => ({ ...replied, forwarded: `${header}…` }));
		expect(told(cell)).to.deep.equal({ verdict: 'inconclusive', codes: ['identity-unreadable'], findings: [] });
	});

	it('without a demanded identity, a finding where HTTP came without any', () => {
		const { identity: _, ...free } = mtls;
		expect(told(verdictOf(free, () => replied)).findings).to.deep.equal(['identity-not-forwarded']);
		expect(told(verdictOf(free, () => ({ ...replied, forwarded: header }))).findings).to.deep.equal([]);
		expect(told(verdictOf({ ...free, speaks: 'tcp' }, () => replied)).findings).to.deep.equal([]);
	});

	it('no line of the history can be lost so that a wrong identity becomes right', () => {
		const { plan, events } = declaredAs(mtls, () => ({ ...replied, forwarded: forged }));
		for (const dropped of events) {
			const part = judge(
				plan,
				events.filter((event) => event !== dropped),
			);
			expect(cellOf(part).verdict, `line ${dropped.n}`).to.not.equal('enforced');
		}
	});
});

describe('plaintext', () => {
	const reset: Behaviour = { code: 'reset', detail: 'ECONNRESET' };

	it('enforced when the proxy ends every connection, and the same path was open before and after', () => {
		for (const code of ['reset', 'closed', 'timed-out'] as const) {
			expect(told(verdictOf(plaintext, () => ({ code })))).to.deep.equal({
				...{ verdict: 'enforced', codes: ['blocked-bracketed'], findings: [] },
			});
		}
	});

	it('a leak when one token reached the application', () => {
		const cell = verdictOf(plaintext, (index) => (index === 1 ? { ...reset, witnesses: ['target'] } : reset));
		expect(told(cell)).to.deep.equal({ verdict: 'leak', codes: ['leak-delivered'], findings: [] });
	});

	it('no leak but inconclusive when what arrived was wrapped on the way', () => {
		const cell = verdictOf(plaintext, () => ({ ...replied, forwarded: header }));
		expect(told(cell)).to.deep.equal({ verdict: 'inconclusive', codes: ['plaintext-wrapped'], findings: [] });
		expect(cell.reasons[0]?.text).to.contain(header);
	});

	it('no line of the history can be lost so that what was wrapped, or leaked, looks blocked', () => {
		for (const behaviour of [
			{ ...replied, forwarded: header },
			{ ...reset, witnesses: ['target'], forwarded: header },
		]) {
			const { plan, events } = declaredAs(plaintext, (index) => (index === 1 ? behaviour : reset));
			for (const dropped of events) {
				const part = judge(
					plan,
					events.filter((event) => event !== dropped),
				);
				expect(cellOf(part).verdict, `line ${dropped.n}`).to.not.equal('enforced');
			}
		}
	});

	it('a leak when only some of it was wrapped', () => {
		const cell = verdictOf(plaintext, (index) => (index === 1 ? replied : { ...replied, forwarded: header }));
		expect(told(cell)).to.deep.include({ verdict: 'leak', codes: ['leak-replied'] });
	});

	it('a path that was only ever open when wrapped proves nothing', () => {
		const { plan, events } = build({
			...{ cells: [plaintext], sidecars },
			behave: (_cell, purpose) => (purpose === 'declared' ? reset : { ...replied, forwarded: header }),
		});
		expect(codesOf(cellOf(judge(plan, events)))).to.deep.equal(['not-open-before', 'not-open-after', 'no-contrast']);
	});

	it('allowed: an identity on it is a finding', () => {
		const open: Partial<Cell> = { ...plaintext, expectation: 'allowed' };
		expect(told(verdictOf(open, () => replied))).to.deep.include({ verdict: 'enforced', findings: [] });
		expect(told(verdictOf(open, () => ({ ...replied, forwarded: header })))).to.deep.include({
			...{ verdict: 'enforced', findings: ['plaintext-wrapped'] },
		});
	});

	it('unprotected: as for connect', () => {
		const hole: Partial<Cell> = { ...plaintext, expectation: 'unprotected', reason: 'excluded port' };
		expect(verdictOf(hole, () => replied).verdict).to.equal('unprotected');
		expect(verdictOf(hole, () => ({ ...replied, forwarded: header })).verdict).to.equal('inconclusive');
		expect(told(verdictOf(hole, () => reset))).to.deep.include({
			...{ verdict: 'enforced', findings: ['better-protected'] },
		});
	});

	it('a connection that reaches the target itself, without its token, is neither a leak nor a block', () => {
		const syn: Behaviour = { ...timedOut, syn: true };
		const cell = verdictOf(plaintext, () => syn);
		expect(told(cell)).to.deep.include({ verdict: 'inconclusive', codes: ['syn-only'] });
		expect(cell.observed.state).to.equal('closed');
		expect(verdictOf({ ...plaintext, kind: 'connect' }, () => syn).verdict).to.equal('leak');
	});
});

describe('an identity that the client itself wrote', () => {
	const admin = 'spiffe://cluster.local/ns/shop/sa/admin';
	const open: Partial<Cell> = { kind: 'plaintext', speaks: 'http', expectation: 'allowed', forgedIdentity: admin };
	const own: Partial<Cell> = { ...open, kind: 'tls', tls: { certificate: 'valid', alpn: ['istio'] } };
	/** Stands for the token of the try, which alone tells the element that the client wrote. */
	const written = `Hash=TOKEN;Subject="";URI=${admin}`;

	it('gone: enforced, in the clear and through its sidecar', () => {
		expect(told(verdictOf(open, () => replied))).to.deep.equal({
			...{ verdict: 'enforced', codes: ['allowed-replied', 'forgery-in-vain'], findings: [] },
		});
		const wrapped = verdictOf({ ...mtls, forgedIdentity: admin }, () => ({ ...replied, forwarded: header }));
		expect(told(wrapped)).to.deep.include({ verdict: 'enforced', findings: [] });
		expect(wrapped.forgedIdentity).to.equal(admin);
	});

	it('a leak when it arrived where it counts: alone, last, or unreadable', () => {
		for (const forwarded of [written, `${header},${written}`, `${written}…`, `${written},X="`]) {
			for (const cell of [open, own, { ...mtls, forgedIdentity: admin }]) {
				const found = verdictOf(cell, (index) => ({ ...replied, forwarded: index === 1 ? forwarded : header }));
				expect(told(found), `${cell.kind} ${forwarded}`).to.deep.include({
					...{ verdict: 'leak', codes: ['identity-forged'] },
				});
			}
		}
	});

	it('before the last element: a finding with a certificate of its own, else a leak', () => {
		const forwarded = `${written},${header}`;
		expect(told(verdictOf(own, () => ({ ...replied, forwarded })))).to.deep.equal({
			...{ verdict: 'enforced', codes: ['allowed-replied', 'forgery-in-vain'], findings: ['forged-before-last'] },
		});
		const through = verdictOf({ ...mtls, forgedIdentity: admin }, () => ({ ...replied, forwarded }));
		expect(told(through)).to.deep.include({ verdict: 'leak', codes: ['identity-forged'] });
	});

	it('does not make a plaintext path look wrapped: a token that came with it leaks', () => {
		const cell = verdictOf({ ...open, expectation: 'blocked' }, () => ({ ...replied, forwarded: written }));
		expect(told(cell)).to.deep.include({ verdict: 'leak', codes: ['leak-replied'] });
	});

	it('a declared hole says that it came through', () => {
		const hole: Partial<Cell> = { ...open, expectation: 'unprotected', reason: 'no proxy' };
		expect(told(verdictOf(hole, () => ({ ...replied, forwarded: written })))).to.deep.equal({
			...{ verdict: 'unprotected', codes: ['open-as-declared'], findings: ['identity-forged'] },
		});
	});

	it('no line of the history can be lost so that it looks gone', () => {
		const { plan, events } = declaredAs(open, (index) => (index === 1 ? { ...replied, forwarded: written } : replied));
		for (const dropped of events) {
			const part = judge(
				plan,
				events.filter((event) => event !== dropped),
			);
			expect(cellOf(part).verdict, `line ${dropped.n}`).to.not.equal('enforced');
		}
	});
});

describe('through proxies', () => {
	const through: Partial<Cell> = {
		...{ kind: 'plaintext', speaks: 'http', port: 8443 },
		...{ to: { kind: 'pod', name: 'app-one', port: 8443, protocol: 'tcp' } },
	};
	const landing: Partial<Cell> = { ...through, lands: { kind: 'pod', name: 'app-one', port: 80 } };

	it('what counts is the pod where it lands, and its own port', () => {
		expect(told(verdictOf(landing, () => ({ code: 'reset' })))).to.deep.include({
			...{ verdict: 'enforced', codes: ['blocked-bracketed'] },
		});
		// Nobody listens on the proxy’s port but the proxy.
		expect(codesOf(verdictOf(through, () => ({ code: 'reset' })))).to.deep.equal(['server-not-checked']);
	});

	it('an identity is the proxies’ own work and hides no leak', () => {
		const cell = verdictOf(landing, () => ({ ...replied, forwarded: header }));
		expect(told(cell)).to.deep.include({ verdict: 'leak', codes: ['leak-replied'] });
		expect(cell.lands).to.equal('app-one:80');
		const open = verdictOf({ ...landing, expectation: 'allowed', identity }, () => ({ ...replied, forwarded: header }));
		expect(told(open)).to.deep.equal({ verdict: 'enforced', codes: ['allowed-replied'], findings: [] });
		const wrong = verdictOf({ ...landing, expectation: 'allowed', identity: 'spiffe://x/y' }, () => ({
			...{ ...replied, forwarded: header },
		}));
		expect(codesOf(wrong)).to.deep.equal(['identity-differs']);
	});
});

describe('a server that speaks first', () => {
	const mysql: Partial<Cell> = { kind: 'plaintext', first: 'server' };
	const greeted: Behaviour = { ...timedOut, greeted: true };

	it('enforced when neither its greeting came nor the token arrived', () => {
		expect(told(verdictOf(mysql, () => ({ code: 'closed' })))).to.deep.equal({
			...{ verdict: 'enforced', codes: ['blocked-bracketed'], findings: [] },
		});
	});

	it('its greeting over a path that must be closed is no block, and without the token no leak', () => {
		const cell = verdictOf(mysql, (index) => (index === 1 ? greeted : timedOut));
		expect(told(cell)).to.deep.equal({ verdict: 'inconclusive', codes: ['greeting-received'], findings: [] });
		expect(cell.reasons[0]?.text).to.contain('1 of 3 tries');
		expect(cell.observed.state).to.equal('unknown');
		const hole: Partial<Cell> = { ...mysql, expectation: 'unprotected', reason: 'left out' };
		expect(verdictOf(hole, () => greeted).verdict).to.equal('inconclusive');
	});

	it('a leak when the token arrived after it', () => {
		const cell = verdictOf(mysql, () => ({ ...greeted, witnesses: ['target'] }));
		expect(told(cell)).to.deep.include({ verdict: 'leak', codes: ['leak-delivered'] });
	});

	it('somebody else’s greeting is nothing of the target', () => {
		const cell = verdictOf(mysql, () => ({ ...timedOut, greeted: 'other' }));
		expect(told(cell)).to.deep.include({ verdict: 'inconclusive' });
		expect(codesOf(cell)).to.include('answered-by-other');
	});

	it('no line of the history can be lost so that a greeting was none', () => {
		const { plan, events } = declaredAs(mysql, (index) => (index === 1 ? greeted : timedOut));
		for (const dropped of events) {
			const part = judge(
				plan,
				events.filter((event) => event !== dropped),
			);
			expect(cellOf(part).verdict, `line ${dropped.n}`).to.not.equal('enforced');
		}
	});

	it('broken where it greets and the token is lost on an allowed path', () => {
		const cell = verdictOf({ ...mysql, expectation: 'allowed' }, () => greeted);
		expect(told(cell)).to.deep.include({ verdict: 'broken', codes: ['no-reply'] });
		expect(cell.reasons[0]?.text).to.contain('timed-out after the greeting');
	});
});

describe('a sidecar’s answers', () => {
	const unavailable: Behaviour = { code: 'http-status', detail: '503, server: envoy' };
	const blocked: Partial<Cell> = { kind: 'mtls', speaks: 'http', expectation: 'blocked' };

	it('503: blocked when the witness saw nothing, a leak when it saw the token', () => {
		const cell = verdictOf(blocked, () => unavailable);
		expect(told(cell)).to.deep.equal({ verdict: 'enforced', codes: ['blocked-bracketed'], findings: [] });
		expect(cell.observed.refusals).to.deep.equal(['http-status 503, server: envoy']);
		expect(verdictOf(blocked, () => ({ ...unavailable, witnesses: ['target'] })).verdict).to.equal('leak');
	});

	it('503: broken on an allowed path, with who said so', () => {
		const cell = verdictOf(mtls, () => unavailable);
		expect(told(cell)).to.deep.include({ verdict: 'broken', codes: ['no-reply'] });
		expect(cell.reasons[0]?.text).to.contain('http-status 503, server: envoy');
	});

	it('503: as `by` demands', () => {
		expect(verdictOf({ ...blocked, by: ['http-status'] }, () => unavailable).verdict).to.equal('enforced');
		expect(codesOf(verdictOf({ ...blocked, by: ['tls-alert'] }, () => unavailable))).to.deep.equal([
			'closed-otherwise',
		]);
	});
});

describe('witnesses behind a sidecar, which see 127.0.0.6', () => {
	const cells: Partial<Cell>[] = [
		plaintext,
		{ ...mtls, from: { kind: 'pod', name: 'client-one' } },
		{ ...plaintext, to: toPod('app-two'), expectation: 'unprotected' },
	];
	const behave: NonNullable<BuildOptions['behave']> = (cell, purpose) => {
		if (cell.kind === 'mtls') return { ...replied, forwarded: header };
		return purpose === 'declared' && cell.expectation === 'blocked' ? { code: 'reset' } : replied;
	};

	it('are judged as those that see the client', () => {
		const plain = build({ cells, behave });
		const meshed = build({ cells, behave, sidecars });
		expect(meshed.events.some((event) => isOf(event, 'witness') && event.from.address === '127.0.0.6')).to.equal(true);
		const verdicts = judge(plain.plan, plain.events).scenarios[0]?.cells;
		expect(verdicts?.map(({ verdict }) => verdict)).to.deep.equal(['enforced', 'enforced', 'unprotected']);
		expect(judge(meshed.plan, meshed.events).scenarios[0]?.cells).to.deep.equal(verdicts);
	});

	it('a token of nobody from there is unexplained, and so is its identity; a late self-check is not', () => {
		const { plan, events } = build({ cells, behave, sidecars });
		const began = events.find((event) => isOf(event, 'epoch-began') && event.epoch === declaredEpoch)?.n ?? 0;
		const uid = uidOf('app-one');
		// In the place of a record, so that no number is missing.
		const record = events.find((event) => isOf(event, 'record') && event.uid === uid && event.n > began);
		if (!record || !isOf(record, 'record')) throw new Error('no record');
		const { n, at, seq } = record;
		const who = { n, at, scenario: scenarioName, agent: 'app-one', uid, seq, seenAt: at };
		const where = { from: { address: '127.0.0.6', port: 40_000 }, to: { address: '10.0.0.3', port: 80 } };
		const withRecord = (one: HistoryEvent) =>
			cellOf(
				judge(
					plan,
					events.map((event) => (event === record ? one : event)),
				),
			);
		const witness = (token: string) => withRecord({ ...who, is: 'witness', token, protocol: 'tcp', ...where });
		expect(codesOf(witness('0badc0de'))).to.deep.equal(['unexplained-token']);
		expect(witness('self-0badc0de').verdict).to.equal('enforced');
		const identified = withRecord({ ...who, is: 'identity', token: '0badc0de', forwardedClientCert: header });
		expect(codesOf(identified)).to.deep.equal(['unexplained-token']);
	});

	it('the sidecar’s own SYN is nobody’s, even with a planned port', () => {
		const quiet = verdictOf(plaintext, () => ({ ...timedOut, syn: true, synFrom: '127.0.0.6' }));
		expect(told(quiet)).to.deep.equal({ verdict: 'enforced', codes: ['blocked-bracketed'], findings: [] });
		const other = verdictOf(plaintext, () => ({ ...timedOut, syn: true, synFrom: '10.9.9.9' }));
		expect(codesOf(other)).to.deep.equal(['unexplained-syn']);
	});
});

describe('tls: a certificate that must be refused', () => {
	const alpn = ['istio'];
	const alert: Behaviour = { code: 'tls-alert', detail: 'certificate_expired' };
	const expired: Partial<Cell> = { kind: 'tls', tls: { certificate: 'expired', alpn } };
	const valid: Partial<Cell> = { kind: 'tls', tls: { certificate: 'valid', alpn }, expectation: 'allowed' };

	/** Only the declared step: what such a certificate closes is never open. */
	function judged(cells: Partial<Cell>[], edit = (events: HistoryEvent[]) => events): CellVerdict {
		const ids = build({ cells }).plan.scenarios[0]?.cells.map(({ id }) => id) ?? [];
		const steps: Step[] = [{ do: 'attempt', purpose: 'declared', phase: undefined, cells: ids }];
		const behave = (cell: Cell): Behaviour => (cell.expectation === 'blocked' ? alert : replied);
		const { plan, events } = build({ cells, steps, behave, sidecars });
		return cellOf(judge(plan, edit(events)));
	}

	const none = ['not-open-before', 'not-open-after', 'no-contrast'];

	it('is proved by the same client with a certificate that is accepted', () => {
		const cell = judged([expired, valid]);
		expect(cell).to.include({ verdict: 'enforced', proof: 'contrast', certificate: 'expired' });
		expect(codesOf(cell)).to.deep.equal(['blocked-credentials']);
		expect(cell.observed.refusals).to.deep.equal(['tls-alert certificate_expired']);
	});

	it('is proved by the one of several that differs in one thing only', () => {
		const other: Partial<Cell> = { ...valid, tls: { certificate: 'valid', alpn: [] } };
		expect(codesOf(judged([expired, other, valid]))).to.deep.equal(['blocked-credentials']);
	});

	it('is not proved by another ALPN besides, nor in the clear, nor at another port', () => {
		const others: Partial<Cell>[] = [
			{ ...valid, tls: { certificate: 'valid', alpn: [] } },
			{ ...plaintext, expectation: 'allowed' },
			{ ...valid, port: 53 },
			{ ...valid, from: { kind: 'pod', name: 'client-one' } },
		];
		for (const other of others) expect(codesOf(judged([expired, other]))).to.deep.equal(none);
	});

	it('is proved by siblings only where this client’s TLS was shown too', () => {
		const sibling: Partial<Cell> = { ...mtls, identity: '', from: { kind: 'pod', name: 'client-one' } };
		const { identity: _, ...free } = sibling;
		expect(judged([expired, free, { ...valid, to: toPod('app-two') }])).to.include({
			...{ verdict: 'enforced', proof: 'contrast' },
		});
		const inTheClear = { ...plaintext, expectation: 'allowed' as const, to: toPod('app-two') };
		expect(codesOf(judged([expired, free, inTheClear]))).to.deep.equal(none);
	});

	it('what got through in the clear at this very place proves nothing for it', () => {
		const sibling: Partial<Cell> = { ...valid, from: { kind: 'pod', name: 'client-one' } };
		expect(codesOf(judged([plaintext, { kind: 'connect', expectation: 'observe' }, sibling]))).to.deep.equal(none);
	});

	it('plaintext is proved by the same client over TLS', () => {
		expect(codesOf(judged([plaintext, valid]))).to.deep.equal(['blocked-credentials']);
	});

	it('ALPN alone may make the difference', () => {
		const bare: Partial<Cell> = { kind: 'tls', tls: { certificate: 'valid', alpn: [] } };
		expect(codesOf(judged([bare, valid]))).to.deep.equal(['blocked-credentials']);
	});

	it('inconclusive when something strange came to the server: TLS may have been passed on', () => {
		const cell = judged([expired, valid], (events) =>
			changed(
				events,
				'counters',
				({ uid, when }) => uid === uidOf('app-one') && when === 'after',
				(event) => ({ ...event, counters: { ...event.counters, strays: 3 } }),
			),
		);
		expect(told(cell)).to.deep.include({ verdict: 'inconclusive', codes: ['strays-at-server'] });
	});

	it('a leak when the token arrives', () => {
		const { plan, events } = build({ cells: [expired], sidecars, behave: () => ({ ...alert, witnesses: ['target'] }) });
		expect(codesOf(cellOf(judge(plan, events)))).to.deep.equal(['leak-delivered']);
	});
});

/** When the step of this purpose began. */
function atOf(events: readonly HistoryEvent[], purpose: 'reopen'): number {
	const began = events.find((event) => isOf(event, 'epoch-began') && event.purpose === purpose);
	if (!began) throw new Error(`no ${purpose}`);
	return began.at;
}
