import { expect } from 'chai';
import { checkAskedAddresses, withAskedAddresses } from '../../src/cluster/kubernetes/asked-addresses.ts';
import type { Endpoint } from '../../src/model/cluster.ts';
import { GatecrashError } from '../../src/model/gatecrash-error.ts';
import { pod } from './pod-spec.ts';

const key = 'cni.projectcalico.org/ipAddrs';
const spec = pod({ annotations: { [key]: '["$(pods.job.ipv4)"]', other: 'plain' } });
const addressOf = (name: string, family: string) => (name === 'job' && family === 'ipv4' ? '10.244.0.7' : undefined);

function endpoint(ipv4: string): Endpoint {
	return {
		...{ kind: 'pod', name: 'late', uid: 'u', addresses: { ipv4 }, labels: {}, hostNetwork: false, agent: true },
		portMap: {},
	};
}

describe('addresses that a pod’s annotations ask for', () => {
	it('are those of pods that were made before', () => {
		const { annotations } = withAskedAddresses('late', spec, addressOf);
		expect(annotations).to.deep.equal({ [key]: '["10.244.0.7"]', other: 'plain' });
	});

	it('must be known', () => {
		expect(() => withAskedAddresses('late', spec, () => undefined)).to.throw(GatecrashError, '$(pods.job.ipv4)');
	});

	it('must have been given, or nothing that follows would show what it is meant to', () => {
		expect(() => checkAskedAddresses(spec, endpoint('10.244.0.8'), addressOf)).to.throw(GatecrashError, '10.244.0.7');
		checkAskedAddresses(spec, endpoint('10.244.0.7'), addressOf);
		checkAskedAddresses(pod({}), endpoint('10.244.0.8'), addressOf);
	});
});
