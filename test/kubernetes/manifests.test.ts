import { expect } from 'chai';
import { capturePodManifest } from '../../src/cluster/kubernetes/capture-pod-manifest.ts';
import { HostPorts } from '../../src/cluster/kubernetes/host-ports.ts';
import { namespaceManifest, podSecurityOf } from '../../src/cluster/kubernetes/namespace-manifest.ts';
import { podManifest, type PodPlan } from '../../src/cluster/kubernetes/pod-manifest.ts';
import { serviceManifest } from '../../src/cluster/kubernetes/service-manifest.ts';
import { defaultAgentLimits } from '../../src/model/agent.ts';
import { GatecrashError } from '../../src/model/gatecrash-error.ts';
import type { ServiceSpec } from '../../src/model/scenario.ts';
import { pod, tcp } from './pod-spec.ts';

const ownership = { run: 'run-1', expires: '2026-11-21T06:00:00Z' };
const settings = { run: 'run-1', key: 'ab'.repeat(32), limits: defaultAgentLimits };
const surroundings = { image: 'agent:1', settings, ownership };

interface Manifest {
	metadata: { labels: Record<string, string>; annotations: Record<string, string> };
	spec: {
		containers: [
			{
				env: { name: string; value?: string }[];
				ports: unknown[];
				readinessProbe?: unknown;
				securityContext: unknown;
				command: string[];
			},
		];
		securityContext: { sysctls?: unknown[] };
		restartPolicy: string;
		hostNetwork?: boolean;
		readinessGates?: unknown[];
		affinity?: unknown;
	};
}

function manifest(plan: Partial<PodPlan>): Manifest {
	const all: PodPlan = {
		...{ endpoint: 'web', name: 'web', namespace: 'shop', spec: pod(), node: undefined, portMap: {}, boot: [] },
		...{ neverReady: false, everywhere: false, owner: undefined, program: 'agent-program', standby: false },
		...plan,
	};
	return podManifest(all, surroundings) as unknown as Manifest;
}

function config(of: Manifest) {
	const text = of.spec.containers[0].env.find(({ name }) => name === 'GATECRASH_AGENT_CONFIG')?.value ?? '';
	return JSON.parse(text.replaceAll('$$(', () => '$(')) as { listen: unknown; boot: unknown; uid: string };
}

describe('pod manifest', () => {
	it('of a pod that stands by has nothing of a run in it', () => {
		const standing = manifest({ standby: true, program: 'agent-standby' });
		const [{ env, command }] = standing.spec.containers;
		expect(env.map(({ name }) => name)).to.deep.equal(['GATECRASH_POD_UID']);
		expect(command.at(-1)).to.equal('--standby');
		expect(JSON.stringify(standing)).to.not.contain('run-1').and.not.contain('ab'.repeat(32));
		expect(standing.metadata.labels['gatecrash.dev/run']).to.equal('standby');
		expect(standing.metadata.annotations['gatecrash.dev/standby']).to.match(/^[0-9a-f]{32}$/);
	});

	it('is one that the restricted level admits', () => {
		const { spec } = manifest({});
		expect(spec.securityContext).to.deep.include({ runAsNonRoot: true, seccompProfile: { type: 'RuntimeDefault' } });
		expect(spec.containers[0].securityContext).to.deep.equal({
			allowPrivilegeEscalation: false,
			readOnlyRootFilesystem: true,
			capabilities: { drop: ['ALL'] },
		});
		expect(spec).not.to.have.property('hostNetwork');
		expect(spec.restartPolicy).to.equal('Never');
	});

	it('carries the run’s labels whatever the scenario says', () => {
		const labels = { app: 'web', 'gatecrash.dev/run': 'other', 'app.kubernetes.io/managed-by': 'helm' };
		const { metadata } = manifest({ spec: pod({ labels, annotations: { note: 'x' } }) });
		expect(metadata.labels).to.deep.equal({
			app: 'web',
			'gatecrash.dev/run': 'run-1',
			'gatecrash.dev/endpoint': 'web',
			'app.kubernetes.io/managed-by': 'gatecrash',
		});
		expect(metadata.annotations).to.deep.equal({ note: 'x', 'gatecrash.dev/expires': ownership.expires });
	});

	it('listens in a node’s network where nobody else does, and is probed there', () => {
		const spec = pod({ hostNetwork: true, listen: [tcp(80, 'http')], readiness: { httpGet: { port: 80, path: '/' } } });
		const made = manifest({ spec, portMap: { '80/tcp': 20_007 } });
		expect(made.spec.securityContext).not.to.have.property('sysctls');
		expect(made.spec.containers[0].ports).to.deep.equal([{ containerPort: 20_007, protocol: 'TCP', name: 'http' }]);
		expect(made.spec.containers[0].readinessProbe).to.deep.equal({ httpGet: { port: 20_007, path: '/' } });
		expect(config(made).listen).to.deep.equal([{ port: 20_007, protocol: 'tcp', speaks: 'tcp' }]);
	});

	it('runs on its node, is never Ready in a namespace of others, and ends where it is meant to', () => {
		const made = manifest({ node: 'worker-1', neverReady: true, spec: pod({ completes: true }) });
		expect(JSON.stringify(made.spec.affinity)).to.contain('"metadata.name","operator":"In","values":["worker-1"]');
		expect(made.spec.readinessGates).to.deep.equal([{ conditionType: 'gatecrash.dev/never' }]);
		expect(made.spec.containers[0].command).to.include('--eval');
	});

	it('keeps the configuration from being expanded by the kubelet, and refuses one that is too long', () => {
		const made = manifest({ endpoint: '$(HOME)' });
		expect(made.spec.containers[0].env[1]?.value).to.contain('"$$(HOME)"');
		const attempt = { token: 'x'.repeat(200) } as unknown as PodPlan['boot'][number];
		expect(() => manifest({ boot: Array.from({ length: 1000 }, () => attempt) })).to.throw(GatecrashError, /too long/);
	});
});

describe('namespace manifest', () => {
	it('has the least level that admits its pods', () => {
		expect(podSecurityOf({ mesh: 'none' }, [pod()])).to.equal('restricted');
		expect(podSecurityOf({ mesh: 'none' }, [pod(), pod({ hostNetwork: true })])).to.equal('privileged');
		expect(podSecurityOf({ mesh: 'sidecar' }, [pod()])).to.equal('privileged');
		const { labels } = namespaceManifest('shop', { team: 'shop' }, 'restricted', ownership).metadata;
		expect(labels).to.include({
			team: 'shop',
			'pod-security.kubernetes.io/enforce': 'restricted',
			'gatecrash.dev/run': 'run-1',
		});
	});
});

describe('Service manifest', () => {
	const service = (wanted: Partial<ServiceSpec>): ServiceSpec => ({
		namespace: 'shop',
		selector: { app: 'web' },
		ports: [{ port: 80, targetPort: 8080, protocol: 'tcp', name: undefined, nodePort: undefined }],
		type: 'ClusterIP',
		headless: false,
		externalTrafficPolicy: 'Cluster',
		...wanted,
	});
	const ports = (spec: ServiceSpec, pods: Parameters<typeof serviceManifest>[3]) =>
		(serviceManifest('web', 'shop', spec, pods, ownership) as unknown as { spec: { ports: { targetPort: unknown }[] } })
			.spec.ports;

	it('means a port by number, and by name where it is another one in a node’s network', () => {
		const labels = { app: 'web' };
		expect(ports(service({}), [pod({ labels, listen: [tcp(8080)] })])[0]?.targetPort).to.equal(8080);
		const onNode = pod({ labels, hostNetwork: true, listen: [tcp(8080)] });
		expect(ports(service({}), [onNode])[0]?.targetPort).to.equal('gc-tcp-8080');
		expect(ports(service({}), [{ ...onNode, labels: {} }])[0]?.targetPort).to.equal(8080);
		expect(ports(service({}), [{ ...onNode, listen: [tcp(8080, 'http')] }])[0]?.targetPort).to.equal('http');
	});

	it('has no address where it is headless', () => {
		expect(serviceManifest('web', 'shop', service({ headless: true }), [], ownership)).to.have.nested.property(
			'spec.clusterIP',
			'None',
		);
		expect(serviceManifest('web', 'shop', service({}), [], ownership)).not.to.have.nested.property('spec.clusterIP');
	});
});

describe('ports in the nodes’ network', () => {
	it('are given out once, and not again right after their owner', () => {
		const ports = new HostPorts(9_999);
		const first = ports.takeFor([tcp(80), tcp(81)]);
		expect(first).to.deep.equal({ '80/tcp': 29_999, '81/tcp': 20_000 });
		ports.release(first);
		expect(ports.takeFor([tcp(80)])).to.deep.equal({ '80/tcp': 20_001 });
	});
});

describe('the manifest of a pod that captures', () => {
	const text = 'print "$(HOME) ", 1;';
	const made = capturePodManifest(
		{
			name: 'capture-a-1',
			namespace: 'gatecrash-1a2b3c',
			node: 'node-1',
			image: 'perl:5',
			program: text,
			lifetime: 60,
		},
		ownership,
	) as unknown as Manifest & { spec: Record<string, unknown> };

	it('has the node’s network and CAP_NET_RAW, and nothing else that a pod may be refused for', () => {
		const { spec } = made;
		expect(spec.hostNetwork).to.equal(true);
		expect(spec.containers[0].securityContext).to.deep.equal({
			...{ runAsUser: 0, runAsNonRoot: false, allowPrivilegeEscalation: false, readOnlyRootFilesystem: true },
			capabilities: { drop: ['ALL'], add: ['NET_RAW'] },
		});
		expect(spec).to.not.have.any.keys('volumes', 'hostPID', 'hostIPC');
		expect(spec).to.deep.include({ automountServiceAccountToken: false, restartPolicy: 'Never' });
		expect(JSON.stringify(spec.affinity)).to.contain('node-1');
	});

	it('runs the program as it is, ends by itself, and is known again by its labels', () => {
		const { command } = made.spec.containers[0];
		expect(command.slice(0, 2)).to.deep.equal(['perl', '-e']);
		// As the kubelet expands it.
		expect(command[2]?.replaceAll('$$(', () => '$(')).to.equal(text);
		expect(made.spec).to.deep.include({ activeDeadlineSeconds: 60 });
		expect(made.metadata.labels).to.include({ 'gatecrash.dev/run': 'run-1' });
	});
});
