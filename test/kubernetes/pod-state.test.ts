import { expect } from 'chai';
import { notRunning, type PodObject } from '../../src/cluster/kubernetes/pod-state.ts';
import { GatecrashError } from '../../src/model/gatecrash-error.ts';

function pod(status: NonNullable<PodObject['status']>): PodObject {
	return { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'web' }, status };
}

const running = { name: 'agent', ready: true, state: { running: {} } };

describe('state of a pod', () => {
	it('runs with an address and a container, not before', () => {
		expect(
			notRunning(pod({ phase: 'Running', podIPs: [{ ip: '10.0.0.1' }], containerStatuses: [running] }), false),
		).to.equal(undefined);
		expect(notRunning(pod({ phase: 'Running', containerStatuses: [running] }), false)).to.equal('web is Running');
		expect(notRunning(pod({}), false)).to.equal('web is Pending');
	});

	it('says what it waits for', () => {
		const message = '0/1 nodes are available: 1 Insufficient cpu.';
		const conditions = [{ type: 'PodScheduled', status: 'False', message }];
		expect(notRunning(pod({ phase: 'Pending', conditions }), false)).to.contain(message);
		const creating = { name: 'agent', ready: false, state: { waiting: { reason: 'ContainerCreating' } } };
		expect(notRunning(pod({ phase: 'Pending', containerStatuses: [creating] }), false)).to.contain(
			'(ContainerCreating)',
		);
	});

	it('is not waited for where that is in vain', () => {
		const pulling = {
			name: 'agent',
			ready: false,
			state: { waiting: { reason: 'ImagePullBackOff', message: 'no such image' } },
		};
		expect(() => notRunning(pod({ phase: 'Pending', containerStatuses: [pulling] }), false)).to.throw(
			GatecrashError,
			/no such image/,
		);
		const ended = { name: 'agent', ready: false, state: { terminated: { exitCode: 64 } } };
		expect(() => notRunning(pod({ phase: 'Failed', containerStatuses: [ended] }), false)).to.throw(
			GatecrashError,
			/exit code 64/,
		);
		expect(() => notRunning(pod({ phase: 'Succeeded', podIPs: [{ ip: '10.0.0.1' }] }), false)).to.throw(GatecrashError);
	});

	it('has completed where it is meant to', () => {
		expect(notRunning(pod({ phase: 'Succeeded', podIPs: [{ ip: '10.0.0.1' }] }), true)).to.equal(undefined);
		expect(
			notRunning(pod({ phase: 'Running', podIPs: [{ ip: '10.0.0.1' }], containerStatuses: [running] }), true),
		).to.contain('Running');
	});
});
