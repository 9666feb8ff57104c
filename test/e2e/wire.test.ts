import { expect } from 'chai';
import { findEnvoy } from '../../src/cluster/netns/envoy/envoy-binary.ts';
import { findTool } from '../../src/cluster/netns/tools.ts';
import type { CaptureStream, Cluster, Deployment } from '../../src/model/cluster.ts';
import { renderConsole } from '../../src/report/console.ts';
import { codesOf } from '../judge/edit-history.ts';
import { eventsOf, runScenario, type ScenarioResult } from './support/run-scenario.ts';

const world = `
apiVersion: gatecrash.dev/v1alpha1
kind: Scenario
metadata: {name: wire}
spec:
  ipFamilies: [ipv4]
  namespaces:
    shop: {mesh: sidecar}
    legacy: {}
  pods:
    app-one: {namespace: shop, labels: {app: app-one}, serviceAccount: app-one, listen: [{port: 8080, speaks: http}, 9090/tcp]}
    client-one: {namespace: shop, labels: {app: client-one}, serviceAccount: client-one}
    naked: {namespace: legacy, labels: {app: naked}}
  services:
    app-one: {namespace: shop, selector: {app: app-one}, ports: [{port: 80, targetPort: 8080, name: http}, {port: 90, targetPort: 9090, name: tcp}]}
  policies:
    strict:
      object:
        apiVersion: security.istio.io/v1
        kind: PeerAuthentication
        metadata: {name: default, namespace: shop}
        spec: {mtls: {mode: STRICT}}
    deny-all:
      object:
        apiVersion: networking.k8s.io/v1
        kind: NetworkPolicy
        metadata: {name: deny-all, namespace: shop}
        spec:
          podSelector: {}
          ingress: [{from: [{podSelector: {}}], ports: [{port: 8080}, {port: 9090}]}, {from: [{namespaceSelector: {}}], ports: [{port: 8080}]}]
`;
/** Over HTTP and over plain TCP, which has no header that an identity could stand in. */
const strict = `${world}
  attempts:
    - {kind: mtls, from: client-one, to: ["svc/app-one:80", "svc/app-one:90"], expect: allowed}
    - {kind: plaintext, from: naked, to: "app-one:8080", expect: blocked, by: [reset, closed]}
`;
const disabled = `${world.replace(/ {4}strict:[^]*/, '')}    plaintext:
      object:
        apiVersion: networking.istio.io/v1
        kind: DestinationRule
        metadata: {name: plaintext, namespace: shop}
        spec: {host: app-one, trafficPolicy: {tls: {mode: DISABLE}}}
  attempts:
    - {kind: mtls, from: client-one, to: "svc/app-one:80", expect: allowed}
`;

/** Does something to the captures of every deployment. */
function meddling(open: (honest: () => Promise<CaptureStream[]>) => Promise<CaptureStream[]>) {
	return (cluster: Cluster): Cluster =>
		new Proxy(cluster, {
			get(target, key) {
				const value: unknown = Reflect.get(target, key, target);
				if (key !== 'deploy') return typeof value === 'function' ? (value.bind(target) as unknown) : value;
				return async (...args: Parameters<Cluster['deploy']>): Promise<Deployment> => {
					const deployment = await target.deploy(...args);
					const honest = deployment.openCaptures?.bind(deployment);
					if (!honest) throw new Error('nothing can be captured');
					Object.defineProperty(deployment, 'openCaptures', { value: (pods: string[]) => open(() => honest(pods)) });
					return deployment;
				};
			},
		});
}

function stateOf(result: ScenarioResult) {
	const cells = result.verdicts.scenarios.flatMap((scenario) => scenario.cells).filter(({ kind }) => kind === 'mtls');
	expect(cells).to.have.length(2);
	return {
		verdicts: [...new Set(cells.map(({ verdict }) => verdict))],
		codes: [...new Set(cells.flatMap(codesOf))].sort(),
		exitCode: result.verdicts.exitCode,
	};
}

const plain = (result: ScenarioResult) => renderConsole(result.verdicts, { colour: false, verbose: false });

describe('what can be read on the wire, between real Envoys', function () {
	this.timeout(120_000);
	let honest: ScenarioResult;
	before(async function () {
		if (findEnvoy() === undefined || findTool('perl') === undefined) return this.skip();
		honest = await runScenario(strict);
	});

	it('enforced when plaintext was seen and mutual TLS was not, over HTTP and TCP, under policies that keep markers away', () => {
		expect(stateOf(honest)).to.deep.equal({
			...{ verdicts: ['enforced'], codes: ['allowed-replied', 'wire-unreadable'], exitCode: 0 },
		});
		const http = honest.cell('/mtls/client-one→svc/app-one:80/');
		expect(http.wire).to.deep.equal({ state: 'absent', readable: 0, tries: 3 });
		expect(http.controls.filter(({ control }) => control.startsWith('wire'))).to.have.length(8);
		expect(honest.cell('/plaintext/').wire).to.deep.equal({ state: 'readable', readable: 3, tries: 3 });
		expect(plain(honest)).to.match(/wire +3 of 3 plaintext tokens seen, 0 of 6 mutual TLS tokens/);
	});

	it('captures between the controls of the attempts, on the fabric’s side of the pods that are told of', () => {
		const began = eventsOf(honest.events, 'capture-began');
		expect(began).to.have.length(1);
		const names = new Map(eventsOf(honest.events, 'endpoint').map(({ uid, name }) => [uid, name]));
		expect(began[0]?.interfaces.map(({ uid }) => names.get(uid)).sort()).to.deep.equal([
			'app-one',
			'client-one',
			'naked',
		]);
		expect(eventsOf(honest.events, 'capture-failed')).to.deep.equal([]);
	});

	it('a leak where it is declared to be mutual TLS and its sidecar sends it in the clear', async () => {
		const result = await runScenario(disabled);
		const cell = result.cell('/mtls/');
		expect({ verdict: cell.verdict, codes: codesOf(cell), wire: cell.wire }).to.deep.equal({
			...{ verdict: 'leak', codes: ['leak-readable'], wire: { state: 'readable', readable: 3, tries: 3 } },
		});
		const lines = new Set(eventsOf(result.events, 'wire-token').map(({ n }) => n));
		expect(cell.evidence.some((line) => lines.has(line))).to.equal(true);
		expect(result.verdicts.exitCode).to.equal(1);
		const hole = await runScenario(disabled.replace('expect: allowed', 'expect: unprotected, reason: TLS is off'));
		expect(hole.cell('/mtls/').verdict).to.equal('unprotected');
		expect(hole.cell('/mtls/').findings.map(({ code }) => code)).to.include('readable-on-wire');
	});

	it('inconclusive when packets are captured on the wrong interface', async () => {
		const { verdicts, codes, exitCode } = stateOf(
			await runScenario(strict, { embedded: { inject: ['capture-on-wrong-interface'] } }),
		);
		expect({ verdicts, exitCode }).to.deep.equal({ verdicts: ['inconclusive'], exitCode: 2 });
		expect(codes).to.deep.equal(['wire-marker-missing', 'wire-no-flow']);
	});

	it('inconclusive when the kernel drops packets of the capture', async () => {
		const { verdicts, codes, exitCode } = stateOf(
			await runScenario(strict, { embedded: { inject: ['capture-drops'] } }),
		);
		expect({ verdicts, exitCode }).to.deep.equal({ verdicts: ['inconclusive'], exitCode: 2 });
		expect(codes).to.include('wire-drops');
	});

	it('inconclusive when the capture is killed in the midst of the attempts', async () => {
		// Of the attempts only; markers are datagrams.
		const isAttempt = (line: string) => line.includes('"protocol":"tcp"');
		const wrap = meddling(async (open) =>
			(await open()).map((stream) => ({
				...stream,
				onLine: (listener) =>
					stream.onLine((line) => {
						listener(line);
						if (isAttempt(line)) stream.close();
					}),
			})),
		);
		const result = await runScenario(strict, { wrap });
		const { verdicts, codes } = stateOf(result);
		expect(verdicts).to.deep.equal(['inconclusive']);
		expect(codes).to.include('wire-no-barrier');
		expect(eventsOf(result.events, 'capture-failed')).to.have.length(1);
	});

	it('inconclusive when nothing can be opened after all, with the reason', async () => {
		const wrap = meddling(() => Promise.reject(new Error('no packet socket today')));
		const result = await runScenario(strict, { wrap });
		expect(stateOf(result)).to.deep.include({ verdicts: ['inconclusive'], codes: ['wire-not-captured'] });
		expect(result.cell('/mtls/client-one→svc/app-one:80/').reasons[0]?.text).to.contain('no packet socket today');
	});

	it('without a capture on the cluster: as it was, and the report says that no evidence was taken', async () => {
		const result = await runScenario(strict, { embedded: { captures: false } });
		expect(stateOf(result)).to.deep.include({ verdicts: ['enforced'], codes: ['allowed-replied'] });
		expect(eventsOf(result.events, 'wire-marker')).to.deep.equal([]);
		expect(plain(result)).to.match(/wire +no evidence was taken: packets can’t be captured on this cluster/);
	});
});
