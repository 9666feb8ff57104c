import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

/**
 * Says what the API server of a new EKS cluster says to somebody who waits for it and asks what it is: nodes, and the
 * DaemonSets of the VPC CNI plugin. Nothing can be made on it; what happens inside of a cluster is tested on kind.
 */
export class EksApiServer {
	readonly #server: Server;

	constructor(nodes: number) {
		const answers = objects(nodes);
		this.#server = createServer((request, response) => {
			const { pathname, searchParams } = new URL(request.url ?? '', 'http://api');
			const found = answers[pathname] ?? (request.method === 'GET' && isList(pathname) ? emptyList : undefined);
			const name = /^metadata\.name=(.*)$/.exec(searchParams.get('fieldSelector') ?? '')?.[1];
			response.writeHead(found ? 200 : 404, { 'content-type': 'application/json' });
			response.end(JSON.stringify(found && name !== undefined ? only(found as List, name) : (found ?? notFound)));
		});
	}

	async start(): Promise<string> {
		await new Promise<void>((resolve) => this.#server.listen(0, '127.0.0.1', resolve));
		return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
	}

	async stop(): Promise<void> {
		this.#server.closeAllConnections();
		await new Promise<void>((resolve) => this.#server.close(() => resolve()));
	}
}

const emptyList = { metadata: { resourceVersion: '1' }, items: [] };
const notFound = { kind: 'Status', code: 404, reason: 'NotFound', message: 'not found' };

/** Of kinds that it has and that there are none of. */
function isList(path: string): boolean {
	return /\/(pods|configmaps|namespaces|services|daemonsets|deployments)$/.test(path);
}

interface List {
	items: { metadata: { name: string } }[];
}

function only(list: List, name: string): List {
	return { ...list, items: list.items.filter(({ metadata }) => metadata.name === name) };
}

function objects(nodes: number): Record<string, unknown> {
	const list = <Item>(items: Item[]) => ({ metadata: { resourceVersion: '1' }, items });
	const nodeList = list(
		Array.from({ length: nodes }, (_, index) => ({
			metadata: { name: `ip-192-168-0-${index + 10}.ec2.internal`, uid: `n${index}` },
			spec: {},
			status: {
				nodeInfo: { kernelVersion: '6.12.40-63.114.amzn2023.x86_64', kubeletVersion: 'v1.35.0-eks-1' },
				conditions: [{ type: 'Ready', status: 'True' }],
				addresses: [{ type: 'InternalIP', address: `192.168.0.${index + 10}` }],
			},
		})),
	);
	const image = (name: string) => `602401143452.dkr.ecr.eu-west-1.amazonaws.com/${name}`;
	const awsNode = {
		metadata: { name: 'aws-node', namespace: 'kube-system', uid: 'd1', generation: 1 },
		spec: {
			template: {
				spec: {
					containers: [
						{
							...{ name: 'aws-node', image: image('amazon-k8s-cni:v1.21.1-eksbuild.3') },
							env: [
								{ name: 'NETWORK_POLICY_ENFORCING_MODE', value: 'standard' },
								{ name: 'ENABLE_POD_ENI', value: 'true' },
								{ name: 'POD_SECURITY_GROUP_ENFORCING_MODE', value: 'standard' },
							],
						},
						{
							...{ name: 'aws-eks-nodeagent', image: image('amazon/aws-network-policy-agent:v1.3.0-eksbuild.1') },
							args: ['--enable-network-policy=true', '--enable-ipv6=false'],
						},
					],
				},
			},
		},
		status: { observedGeneration: 1, desiredNumberScheduled: nodes, numberReady: nodes },
	};
	const coredns = {
		metadata: { name: 'coredns', namespace: 'kube-system', uid: 'c1', generation: 1 },
		spec: {
			replicas: 2,
			template: { spec: { containers: [{ name: 'coredns', image: image('eks/coredns:v1.13.2') }] } },
		},
		status: { observedGeneration: 1, replicas: 2, readyReplicas: 2 },
	};
	return {
		'/version': { gitVersion: 'v1.35.0-eks-1' },
		'/api/v1': resources('v1', 'Node', 'Pod', 'ConfigMap', 'Namespace', 'Service'),
		'/apis/apps/v1': resources('apps/v1', 'DaemonSet', 'Deployment'),
		'/api/v1/nodes': nodeList,
		'/apis/vpcresources.k8s.aws/v1alpha1': resources('vpcresources.k8s.aws/v1alpha1', 'CNINode'),
		'/apis/vpcresources.k8s.aws/v1beta1': resources('vpcresources.k8s.aws/v1beta1', 'SecurityGroupPolicy'),
		'/apis/vpcresources.k8s.aws/v1alpha1/cninodes': list(
			nodeList.items.map(({ metadata }) => ({ metadata, spec: { features: [{ name: 'SecurityGroupsForPods' }] } })),
		),
		'/apis/apps/v1/daemonsets': list([awsNode]),
		'/apis/apps/v1/deployments': list([coredns]),
		'/apis/apps/v1/namespaces/kube-system/daemonsets': list([awsNode]),
		'/apis/apps/v1/namespaces/kube-system/deployments': list([coredns]),
	};
}

function resources(groupVersion: string, ...kinds: string[]): unknown {
	const clusterScoped = ['Node', 'Namespace', 'CNINode'];
	return {
		...{ kind: 'APIResourceList', groupVersion },
		resources: kinds.map((kind) => ({
			...{ name: `${kind.toLowerCase()}s`, kind, namespaced: !clusterScoped.includes(kind) },
			verbs: ['get', 'list', 'watch'],
		})),
	};
}
