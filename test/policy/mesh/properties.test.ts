import { expect } from 'chai';
import fc from 'fast-check';
import type { KubernetesObject } from '../../../src/model/policy.ts';
import { compilePolicies } from '../../../src/policy/compile-policies.ts';
import { attempt, meshWorld, object } from './mesh-world.ts';

const modes = ['UNSET', 'DISABLE', 'PERMISSIVE', 'STRICT'] as const;
const ports = ['8080', '9090', '9999'];

interface PeerSpec {
	selector?: { matchLabels: Record<string, string> };
	mtls?: { mode?: string };
	portLevelMtls?: Record<string, { mode: string }>;
}

const mode = fc.constantFrom(...modes);
const selector = fc.constantFrom(
	{ matchLabels: { app: 'web' } },
	{ matchLabels: { app: 'api' } },
	{ matchLabels: { tier: 'front' } },
	undefined,
	undefined,
);

const peerAuthentication = fc
	.record({
		namespace: fc.constantFrom('shop', 'shop', 'shop', 'ops', 'istio-system'),
		selector,
		mode,
		ports: fc.dictionary(fc.constantFrom(...ports), mode, { maxKeys: 2 }),
	})
	.map(({ namespace, selector: chosen, mode: wide, ports: byPort }) => {
		const exceptions = Object.fromEntries(Object.entries(byPort).map(([port, one]) => [port, { mode: one }]));
		const spec: PeerSpec = {
			...(chosen && { selector: chosen, portLevelMtls: exceptions }),
			mtls: { mode: wide },
		};
		return { namespace, spec };
	});

/** Each with a name of its own, in the order in which they were made. */
const peerAuthentications = fc.array(peerAuthentication, { maxLength: 5 }).map((list) =>
	list.map(
		({ namespace, spec }, index): KubernetesObject => ({
			...object(`PA ${namespace}/policy-${index}`),
			spec,
		}),
	),
);

const paths = fc.constantFrom(
	...[
		'naked→web:8080',
		'naked→web:9090',
		'naked→api:8080',
		'naked→api:9999',
		'naked→bare:8080',
		'naked→holed:9090',
	].flatMap((path) => [
		`plaintext ${path}`,
		`tls(valid, istio) ${path}`,
		`tls(expired, istio) ${path}`,
		`tls(none, ) ${path}`,
	]),
	...['mtls client→svc/web:80', 'mtls client→svc/api:80', 'mtls client→web:8080', 'mtls web→svc/bare:80'],
);

const many = { numRuns: 1000 };

function verdictOf(objects: readonly KubernetesObject[], path: string): string {
	return compilePolicies(objects, meshWorld()).predict(attempt(path)).verdict;
}

describe('properties of every set of PeerAuthentications', function () {
	this.timeout(60_000);

	it('are worth testing: every verdict is reached often', () => {
		const seen: Record<string, number> = { allowed: 0, blocked: 0, open: 0, unknown: 0 };
		for (const [set, path] of fc.sample(fc.tuple(peerAuthentications, paths), { numRuns: 2000, seed: 1 })) {
			const verdict = verdictOf(set, path);
			seen[verdict] = (seen[verdict] ?? 0) + 1;
		}
		expect(seen.allowed).to.be.greaterThan(400);
		expect(seen.blocked).to.be.greaterThan(400);
		expect(seen.open).to.be.greaterThan(5);
	});

	it('UNSET means what absence means', () => {
		const property = fc.property(peerAuthentications, paths, (set, path) => {
			const bare = set.map((one) => {
				const { mtls, portLevelMtls, ...rest } = one.spec as PeerSpec;
				const kept = Object.entries(portLevelMtls ?? {}).filter(([, entry]) => entry.mode !== 'UNSET');
				return {
					...one,
					spec: {
						...rest,
						...(mtls?.mode !== 'UNSET' && { mtls }),
						...(kept.length > 0 && { portLevelMtls: Object.fromEntries(kept) }),
					},
				};
			});
			expect(verdictOf(bare, path)).to.equal(verdictOf(set, path));
		});
		fc.assert(property, many);
	});

	it('one that selects a workload never changes another', () => {
		const property = fc.property(peerAuthentications, mode, mode, paths, (set, wide, exception, path) => {
			fc.pre(!path.includes('web'));
			const narrow = {
				...object('PA shop/policy-0-narrow'),
				spec: {
					selector: { matchLabels: { app: 'web' } },
					mtls: { mode: wide },
					portLevelMtls: { 8080: { mode: exception } },
				},
			};
			for (const changed of [
				[narrow, ...set],
				[...set, narrow],
			])
				expect(verdictOf(changed, path)).to.equal(verdictOf(set, path));
		});
		fc.assert(property, many);
	});

	it('an exception for one port changes no other', () => {
		const property = fc.property(peerAuthentications, mode, mode, (set, wide, exception) => {
			const workload = (byPort: PeerSpec['portLevelMtls']) => ({
				...object('PA shop/policy-0-first'),
				spec: { selector: { matchLabels: { app: 'web' } }, mtls: { mode: wide }, portLevelMtls: byPort },
			});
			for (const path of ['plaintext naked→web:9090', 'plaintext naked→web:9999', 'tls(valid, istio) naked→web:9090']) {
				expect(verdictOf([workload({ 8080: { mode: exception } }), ...set], path)).to.equal(
					verdictOf([workload({}), ...set], path),
				);
			}
		});
		fc.assert(property, many);
	});

	it('newer ones of a scope that is taken change nothing', () => {
		const property = fc.property(peerAuthentications, peerAuthentication, paths, (set, { namespace, spec }, path) => {
			const newest: KubernetesObject = { ...object(`PA ${namespace}/policy-newest`), spec };
			const taken = set.some(
				(one) =>
					one.metadata.namespace === namespace &&
					JSON.stringify((one.spec as PeerSpec).selector) === JSON.stringify(spec.selector),
			);
			fc.pre(taken);
			expect(verdictOf([...set, newest], path)).to.equal(verdictOf(set, path));
		});
		fc.assert(property, many);
	});

	it('what has no proxy lets the same in under all of them', () => {
		const property = fc.property(peerAuthentications, (set) => {
			expect(verdictOf(set, 'plaintext naked→bare:8080')).to.equal('allowed');
			expect(verdictOf(set, 'plaintext naked→host:8080')).to.equal('allowed');
			expect(verdictOf(set, 'plaintext naked→holed:9090')).to.equal('allowed');
		});
		fc.assert(property, { numRuns: 300 });
	});

	it('a bad certificate never gets in where plaintext doesn’t, and a good one always does under STRICT', () => {
		const property = fc.property(peerAuthentications, (set) => {
			const clear = verdictOf(set, 'plaintext naked→web:8080');
			for (const bad of ['none', 'wrong-ca', 'expired', 'not-yet-valid', 'other-trust-domain'])
				expect(verdictOf(set, `tls(${bad}, istio) naked→web:8080`)).to.equal('blocked');
			if (clear === 'blocked') expect(verdictOf(set, 'tls(valid, istio) naked→web:8080')).to.equal('allowed');
		});
		fc.assert(property, { numRuns: 300 });
	});
});
