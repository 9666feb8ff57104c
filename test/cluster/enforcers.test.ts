import { expect } from 'chai';
import { type ClusterNode, findNetwork } from '../../src/cluster/kubernetes/enforcers.ts';
import type { ClusterContainer, ClusterWorkload } from '../../src/cluster/kubernetes/network-programs.ts';

const nodes: ClusterNode[] = [{ name: 'one', kubeletVersion: 'v1.36.3', schedulable: true }];

function container(name: string, image: string, given: Partial<ClusterContainer> = {}): ClusterContainer {
	return { name, image, arguments: [], environment: {}, ...given };
}

function daemonSet(
	name: string,
	containers: ClusterContainer[],
	given: Partial<ClusterWorkload> = {},
): ClusterWorkload {
	return { kind: 'DaemonSet', namespace: 'kube-system', name, containers, wanted: 1, ready: 1, ...given };
}

function deployment(name: string, containers: ClusterContainer[]): ClusterWorkload {
	return { ...daemonSet(name, containers), kind: 'Deployment' };
}

const kubeProxy = daemonSet('kube-proxy', [container('kube-proxy', 'registry.k8s.io/kube-proxy:v1.36.3')]);
const calico = daemonSet('calico-node', [container('calico-node', 'docker.io/calico/node:v3.28.5')]);
const kindnet = daemonSet('kindnet', [container('kindnet-cni', 'docker.io/kindest/kindnetd:v20250512-df8de77b')]);

/** Names of workloads, containers, images and arguments as the projects' own manifests have them. */
const engines: { engine: string; workloads: ClusterWorkload[]; cni: string[]; enforcers: string[] }[] = [
	{ engine: 'Calico', workloads: [calico], cni: ['calico v3.28.5'], enforcers: ['calico v3.28.5'] },
	{
		engine: 'Canal (Calico for policies, flannel for the network)',
		workloads: [
			daemonSet('canal', [
				container('calico-node', 'docker.io/calico/node:v3.28.5', {
					environment: { CALICO_NETWORKING_BACKEND: 'none' },
				}),
				container('kube-flannel', 'docker.io/flannel/flannel:v0.24.4'),
			]),
		],
		cni: ['flannel v0.24.4'],
		enforcers: ['calico v3.28.5'],
	},
	{
		engine: 'kindnet',
		workloads: [kindnet],
		cni: ['kindnet v20250512-df8de77b'],
		enforcers: ['kindnet v20250512-df8de77b'],
	},
	{
		engine: 'kindnet of kind 0.23, which does not enforce',
		workloads: [daemonSet('kindnet', [container('kindnet-cni', 'docker.io/kindest/kindnetd:v20240513-cbe24e61')])],
		cni: ['kindnet v20240513-cbe24e61'],
		enforcers: [],
	},
	{
		engine: 'Cilium',
		workloads: [daemonSet('cilium', [container('cilium-agent', 'quay.io/cilium/cilium:v1.17.4@sha256:24a7')])],
		cni: ['cilium v1.17.4'],
		enforcers: ['cilium v1.17.4'],
	},
	{
		engine: 'GKE data plane 2',
		workloads: [daemonSet('anetd', [container('cilium-agent', 'gke.gcr.io/cilium/cilium:v1.14.10-gke.1')])],
		cni: ['cilium v1.14.10-gke.1'],
		enforcers: ['cilium v1.14.10-gke.1'],
	},
	{
		engine: 'kube-router for everything',
		workloads: [
			daemonSet('kube-router', [
				container('kube-router', 'docker.io/cloudnativelabs/kube-router:v2.5.0', {
					arguments: ['--run-router=true', '--run-firewall=true', '--run-service-proxy=true'],
				}),
			]),
		],
		cni: ['kube-router v2.5.0'],
		enforcers: ['kube-router v2.5.0'],
	},
	{
		engine: 'kube-router without its firewall',
		workloads: [
			daemonSet('kube-router', [
				container('kube-router', 'kube-router:v2.5.0', { arguments: ['--run-router=true', '--run-firewall=false'] }),
			]),
		],
		cni: ['kube-router v2.5.0'],
		enforcers: [],
	},
	{
		engine: 'kube-network-policies beside flannel',
		workloads: [
			daemonSet('kube-flannel-ds', [container('kube-flannel', 'ghcr.io/flannel-io/flannel:v0.26.1')]),
			daemonSet('kube-network-policies', [
				container('kube-network-policies', 'registry.k8s.io/networking/kube-network-policies:v0.7.0'),
			]),
		],
		cni: ['flannel v0.26.1'],
		enforcers: ['kube-network-policies v0.7.0'],
	},
	{
		engine: 'Antrea',
		workloads: [
			daemonSet('antrea-agent', [
				container('antrea-agent', 'antrea/antrea-agent-ubuntu:v2.3.0'),
				container('antrea-ovs', 'antrea/antrea-agent-ubuntu:v2.3.0'),
			]),
		],
		cni: ['antrea v2.3.0'],
		enforcers: ['antrea v2.3.0'],
	},
	{
		engine: 'Weave Net',
		workloads: [
			daemonSet('weave-net', [
				container('weave', 'rajchaudhuri/weave-kube:2.9.0'),
				container('weave-npc', 'rajchaudhuri/weave-npc:2.9.0'),
			]),
		],
		cni: ['weave-net 2.9.0'],
		enforcers: ['weave-npc 2.9.0'],
	},
	{
		engine: 'Amazon VPC CNI with policies',
		workloads: [
			daemonSet('aws-node', [
				container('aws-node', '602401143452.dkr.ecr.eu-west-1.amazonaws.com/amazon-k8s-cni:v1.19.5'),
				container(
					'aws-eks-nodeagent',
					'602401143452.dkr.ecr.eu-west-1.amazonaws.com/amazon/aws-network-policy-agent:v1.2.1',
					{ arguments: ['--enable-ipv6=false', '--enable-network-policy=true'] },
				),
			]),
		],
		cni: ['amazon-vpc-cni v1.19.5'],
		enforcers: ['aws-network-policy-agent v1.2.1'],
	},
	{
		engine: 'Amazon VPC CNI as it is installed by default',
		workloads: [
			daemonSet('aws-node', [
				container('aws-node', 'amazon-k8s-cni:v1.19.5'),
				container('aws-eks-nodeagent', 'aws-network-policy-agent:v1.2.1', {
					arguments: ['--enable-network-policy=false'],
				}),
			]),
		],
		cni: ['amazon-vpc-cni v1.19.5'],
		enforcers: [],
	},
	{
		engine: 'OVN-Kubernetes',
		workloads: [
			daemonSet(
				'ovnkube-node',
				[container('ovn-controller', 'quay.io/openshift/ovn:latest'), container('ovnkube-controller', 'ovn:latest')],
				{ namespace: 'openshift-ovn-kubernetes' },
			),
		],
		cni: ['ovn-kubernetes latest'],
		enforcers: ['ovn-kubernetes latest'],
	},
];

describe('enforcers', () => {
	for (const { engine, workloads, cni, enforcers } of engines) {
		it(`are found: ${engine}`, () => {
			const found = findNetwork([kubeProxy, ...workloads], nodes);
			expect(found).to.deep.include({ cni, enforcers });
			if (enforcers.length === 1) expect(found.warnings).to.deep.equal([]);
			else expect(found.warnings.join()).to.include('Nobody was found that enforces NetworkPolicy');
		});
	}

	it('are two at once: a warning that names both', () => {
		const { warnings } = findNetwork([kubeProxy, calico, kindnet], nodes);
		expect(warnings).to.have.length(1);
		expect(warnings[0]).to.match(/^2 enforcers .* act at once: calico v3.28.5, kindnet v20250512-df8de77b\./);
	});

	it('are none, or not known: a warning of its own each', () => {
		expect(findNetwork([kubeProxy], nodes).warnings.join()).to.include('Nobody was found');
		expect(findNetwork(undefined, nodes).warnings.join()).to.include('not known who enforces');
	});

	it('that are ready on some nodes only, or run on some only, are a warning', () => {
		const two = [...nodes, { name: 'two', kubeletVersion: 'v1.36.3', schedulable: true }];
		expect(findNetwork([{ ...calico, wanted: 2, ready: 1 }], two).warnings.join()).to.include('ready on 1 of 2 nodes');
		expect(findNetwork([calico], two).warnings.join()).to.include('runs on 1 of 2 nodes');
		expect(findNetwork([{ ...calico, wanted: 2, ready: 2 }], two).warnings).to.deep.equal([]);
	});

	it('that are installed and run nowhere enforce nothing', () => {
		const found = findNetwork([{ ...calico, wanted: 0, ready: 0 }], nodes);
		expect(found.enforcers).to.deep.equal([]);
		expect(found.warnings.join()).to.include('Nobody was found');
		expect(found.notes.join()).to.include('calico v3.28.5 is installed and runs on no node');
	});

	it('are seen in k3s by its version, since its controller has no pod', () => {
		const k3s = [{ name: 'one', kubeletVersion: 'v1.33.1+k3s1', schedulable: true }];
		const found = findNetwork([kubeProxy], k3s);
		expect(found.enforcers).to.deep.equal(['k3s network policy controller']);
		expect(found.warnings).to.deep.equal([]);
	});
});

describe('meshes', () => {
	it('are found by their control planes', () => {
		const istiod = deployment('istiod', [container('discovery', 'docker.io/istio/pilot:1.31.0')]);
		const linkerd = deployment('linkerd-destination', [
			container('destination', 'cr.l5d.io/linkerd/controller:edge-25'),
		]);
		const ztunnel = daemonSet('ztunnel', [container('istio-proxy', 'istio/ztunnel:1.31.0')]);
		expect(findNetwork([istiod, linkerd, ztunnel, calico], nodes).mesh).to.deep.equal([
			'istio 1.31.0',
			'linkerd edge-25',
			'istio ambient (ztunnel) 1.31.0',
		]);
	});
});
