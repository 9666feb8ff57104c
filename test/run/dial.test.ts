import { expect } from 'chai';
import type { Deployment, Endpoint, ServiceState } from '../../src/model/cluster.ts';
import { dial } from '../../src/run/dial.ts';

function endpoint(name: string, ipv4: string, wanted: Partial<Endpoint> = {}): Endpoint {
	return {
		...{ kind: 'pod', name, uid: `uid-${name}`, addresses: { ipv4 }, labels: {}, hostNetwork: false, agent: true },
		portMap: {},
		...wanted,
	};
}

const endpoints = [
	endpoint('client', '10.0.0.1'),
	endpoint('first', '10.0.0.2'),
	endpoint('on-node', '172.18.0.2', { hostNetwork: true, portMap: { '8080/tcp': 20_001 } }),
	endpoint('unready', '10.0.0.4'),
];
const web: ServiceState = { name: 'web', addresses: {}, nodePorts: {}, backends: ['first', 'on-node'] };
const deployment = { endpoints: () => endpoints, services: () => [web] } as Pick<
	Deployment,
	'endpoints' | 'services'
> as Deployment;

function dialled(backend: string | undefined) {
	const found = dial(
		{
			...{ from: { kind: 'pod', name: 'client' }, port: 8080, protocol: 'tcp', family: 'ipv4' },
			to: { kind: 'service', name: 'web', port: 80, protocol: undefined, ...(backend !== undefined && { backend }) },
		},
		deployment,
	);
	return found && { ...found.destination, targets: found.targets };
}

describe('what is dialled behind a headless Service', () => {
	it('is the pod’s own address and port, and only that pod may answer', () => {
		expect(dialled('first')).to.deep.equal({ address: '10.0.0.2', port: 8080, targets: ['uid-first'] });
	});

	it('is the real number of a pod in its node’s network', () => {
		expect(dialled('on-node')).to.deep.equal({ address: '172.18.0.2', port: 20_001, targets: ['uid-on-node'] });
	});

	it('is nothing where the cluster does not list the pod, and nothing at the Service itself', () => {
		expect(dialled('unready')).to.equal(undefined);
		expect(dialled('gone')).to.equal(undefined);
		expect(dialled(undefined)).to.equal(undefined);
	});
});

describe('who may answer where a proxy is dialled', () => {
	const path: Parameters<typeof dial>[0] = {
		...{ from: { kind: 'pod', name: 'client' }, port: 8443, protocol: 'tcp', family: 'ipv4' },
		to: { kind: 'pod', name: 'first', port: 8443, protocol: undefined },
	};

	it('is the pod, or all behind the Service, where the proxies lead to; what is dialled stays', () => {
		const to = (lands: { kind: 'pod' | 'service'; name: string; port: number }) => dial({ ...path, lands }, deployment);
		const pod = to({ kind: 'pod', name: 'unready', port: 80 });
		expect(pod?.destination).to.deep.equal({ address: '10.0.0.2', port: 8443 });
		expect(pod?.targets).to.deep.equal(['uid-unready']);
		expect(to({ kind: 'service', name: 'web', port: 80 })?.targets).to.deep.equal(['uid-first', 'uid-on-node']);
		expect(to({ kind: 'pod', name: 'gone', port: 80 })?.targets).to.deep.equal([]);
	});
});

describe('what is asked of the cluster’s DNS', () => {
	const dns = { name: 'kube-system/cluster-dns', addresses: { ipv4: '10.96.0.10' }, nodePorts: {} };
	const app = { name: 'app', addresses: { ipv4: '10.96.1.1' }, nodePorts: {}, backends: [] };
	const query = { over: 'udp', name: 'app.shop.svc.cluster.local', type: 'A', edns: 1232 } as const;
	const ask = (asked: Partial<NonNullable<Parameters<typeof dial>[0]['query']>>, agent: boolean) =>
		dial(
			{
				...{ from: { kind: 'pod', name: 'client' }, port: 53, protocol: 'udp', family: 'ipv4' },
				to: { kind: 'clusterDns', name: '', port: undefined, protocol: undefined },
				query: { ...query, ...asked },
			},
			{
				endpoints: () => [...endpoints, endpoint('kube-system/cluster-dns', '10.0.0.9', { agent })],
				services: () => [{ ...dns, backends: ['kube-system/cluster-dns'] }, app],
			} as Pick<Deployment, 'endpoints' | 'services'> as Deployment,
		);

	it('has to be answered with the Service’s address where no probe vouches for the answer', () => {
		expect(ask({}, false)).to.deep.include({ expects: '10.96.1.1', targets: ['uid-kube-system/cluster-dns'] });
		expect(ask({ name: 'kube-dns.kube-system.svc.cluster.local' }, false)?.expects).to.equal('10.96.0.10');
		for (const other of [{ type: 'AAAA' }, { type: 'TXT' }, { name: 'other.shop.svc.cluster.local' }] as const)
			expect(ask(other, false)).not.to.have.property('expects');
	});

	it('is vouched for by its MAC where a probe answers', () => {
		expect(ask({}, true)).not.to.have.property('expects');
	});
});
