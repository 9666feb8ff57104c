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
