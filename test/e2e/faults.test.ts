import { expect } from 'chai';
import { findEnvoy } from '../../src/cluster/netns/envoy/envoy-binary.ts';
import type { Cluster, Deployment } from '../../src/model/cluster.ts';
import { GatecrashError } from '../../src/model/gatecrash-error.ts';
import { codesOf } from '../judge/edit-history.ts';
import { eventsOf, runScenario, type ScenarioOptions } from './support/run-scenario.ts';

const scenario = `
apiVersion: gatecrash.dev/v1alpha1
kind: Scenario
metadata: {name: stopped}
spec:
  ipFamilies: [ipv4]
  namespaces:
    shop: {mesh: sidecar}
    legacy: {}
  pods:
    app-one: {namespace: shop, labels: {app: app-one}, serviceAccount: app-one, listen: [{port: 8080, speaks: http}]}
    naked: {namespace: legacy, labels: {app: naked}}
  policies:
    strict: {object: {apiVersion: security.istio.io/v1, kind: PeerAuthentication, metadata: {name: default, namespace: shop}, spec: {mtls: {mode: STRICT}}}}
    permissive: {object: {apiVersion: security.istio.io/v1, kind: PeerAuthentication, metadata: {name: default, namespace: shop}, spec: {mtls: {mode: PERMISSIVE}}}}
  phases:
    - attempt: [{kind: plaintext, from: naked, to: "app-one:8080", expect: allowed}]
    - apply: strict
    - settle: {}
    - inject: {fault: stop-mesh-control-plane, name: istiod-down}
    - attempt: [{kind: plaintext, from: naked, to: "app-one:8080", expect: blocked, by: [reset, closed]}]
    - apply: permissive
      name: changed
      mayBeRefused: true
    - attempt: [{kind: plaintext, from: naked, to: "app-one:8080", expect: observe}]
    - heal: istiod-down
    - apply: permissive
    - settle: {}
    - attempt: [{kind: plaintext, from: naked, to: "app-one:8080", expect: allowed}]
`;

/** Methods of the deployment in another form. */
function wrapped(change: (deployment: Deployment) => Partial<Deployment>): NonNullable<ScenarioOptions['wrap']> {
	const proxied = <Target extends object>(target: Target, own: Partial<Target>): Target =>
		new Proxy(target, {
			get(_, key) {
				const value: unknown = Reflect.get(own, key) ?? Reflect.get(target, key, target);
				return typeof value === 'function' ? (value.bind(target) as unknown) : value;
			},
		});
	return (cluster: Cluster) =>
		proxied(cluster, {
			deploy: async (...args: Parameters<Cluster['deploy']>) => {
				const deployment = await cluster.deploy(...args);
				return proxied(deployment, change(deployment));
			},
		});
}

describe('a scenario that injects and heals a fault', function () {
	this.timeout(60_000);
	before(function () {
		if (findEnvoy() === undefined) this.skip();
	});

	it('shows what goes on under it and what waits for its end, and records what the fault did', async () => {
		const { cell, events, verdicts, outcome } = await runScenario(scenario);
		expect(outcome).to.deep.equal({ outcome: 'completed' });
		expect(cell('/after-inject-istiod-down').verdict).to.equal('enforced');
		expect(cell('/changed').observed.state).to.equal('closed');
		expect(cell('/after-apply-permissive').verdict).to.equal('enforced');
		const changes = eventsOf(events, 'change').map(({ action, effects }) => [action, effects?.length]);
		expect(changes).to.deep.equal([
			...[
				['apply', undefined],
				['inject', 1],
				['apply', undefined],
				['heal', 1],
				['apply', undefined],
			],
		]);
		expect(verdicts.scenarios[0]?.faults[0]?.inForce).to.be.above(0);
	});

	it('is inconclusive under a fault that did nothing, although every path is as declared', async () => {
		const idle = { requestedAt: 0, acknowledgedAt: 0, level: 'programmed', effects: [] } as const;
		const lying = wrapped(() => ({ inject: async () => ({ ...idle, effects: [] }) }));
		const { cell } = await runScenario(scenario, { wrap: lying });
		expect(cell('/after-inject-istiod-down').verdict).to.equal('inconclusive');
		expect(codesOf(cell('/after-inject-istiod-down'))).to.include('fault-without-effect');
		expect(cell('/changed').verdict).to.equal('inconclusive');
		expect(cell('/after-apply-permissive').verdict).to.equal('enforced');
	});

	it('is healed when the run fails or is interrupted under it', async () => {
		for (const how of ['fails', 'is interrupted'] as const) {
			const healed: string[] = [];
			const controller = new AbortController();
			const wrap = wrapped((deployment) => ({
				inject: async (fault) => {
					const injected = await deployment.inject?.(fault);
					if (how === 'fails' || !injected) throw new GatecrashError('GC_CLUSTER', 'half-way');
					controller.abort();
					return injected;
				},
				heal: async (fault) => {
					healed.push(fault);
					const done = await deployment.heal?.(fault);
					if (!done) throw new Error('no heal');
					expect(done.effects).to.deep.equal(['the sidecars of app-one hear of changes again']);
					return done;
				},
			}));
			const { outcome } = await runScenario(scenario, { wrap, signal: controller.signal });
			expect(outcome.outcome).to.equal(how === 'fails' ? 'failed' : 'interrupted');
			expect(healed, how).to.deep.equal(['stop-mesh-control-plane']);
		}
	});

	it('goes on when the cluster refuses a change that may be refused, and says so; no other', async () => {
		let applied = 0;
		const refusing = (which: number) =>
			wrapped((deployment) => ({
				apply: async (policies) => {
					applied += 1;
					if (applied === which) throw new GatecrashError('GC_CLUSTER', 'no webhook answers');
					return deployment.apply(policies);
				},
			}));
		const { verdicts, outcome } = await runScenario(scenario, { wrap: refusing(2) });
		expect(outcome.outcome).to.equal('completed');
		expect(verdicts.scenarios[0]?.refusals).to.deep.equal([
			{ change: 'apply permissive', message: 'no webhook answers' },
		]);
		applied = 0;
		expect((await runScenario(scenario, { wrap: refusing(3) })).outcome.outcome).to.equal('failed');
	});
});
