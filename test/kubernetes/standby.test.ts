import { expect } from 'chai';
import {
	canStandBy,
	nextPorts,
	portsFrom,
	standbyDigest,
	standbyOwnership,
} from '../../src/cluster/kubernetes/standby.ts';
import { pod, tcp } from './pod-spec.ts';

const shop = (mesh: 'none' | 'sidecar') => ({ namespaces: { shop: { labels: {}, mesh, existing: false } } });

describe('pods that stand by', () => {
	it('are those whose start and end are no matter of a scenario', () => {
		const plain = pod({ listen: [tcp(80)], labels: { app: 'web' }, serviceAccount: 'web' });
		expect(canStandBy(plain, shop('none'))).to.equal(true);
		expect(canStandBy(plain, shop('sidecar'))).to.equal(false);
		expect(canStandBy(plain, { ...shop('none'), streams: true })).to.equal(false);
		const others = [
			pod({ attemptsAtStart: true }),
			pod({ completes: true }),
			pod({ hostNetwork: true }),
			pod({ mesh: 'sidecar' }),
			pod({ readiness: { httpGet: { port: 80 } } }),
			pod({ liveness: { httpGet: { port: 80 } } }),
			pod({ annotations: { 'cni.projectcalico.org/ipAddrs': '["10.0.0.1"]' } }),
		];
		expect(others.map((spec) => canStandBy(spec, shop('none')))).to.deep.equal(others.map(() => false));
	});

	it('are told apart by everything but when they expire', () => {
		const manifest = (expires: string, image = 'agent:1') => ({
			...{ apiVersion: 'v1', kind: 'Pod', spec: { containers: [{ image }] } },
			metadata: { name: 'web', namespace: 'shop', labels: { app: 'web' }, annotations: { expires } },
		});
		expect(standbyDigest(manifest('today'))).to.equal(standbyDigest(manifest('tomorrow')));
		expect(standbyDigest(manifest('today'))).to.not.equal(standbyDigest(manifest('today', 'agent:2')));
	});

	it('give every run source ports that none had before, until they are worn', () => {
		const all = new Set<number>();
		let runs = 0;
		for (let annotations = portsFrom(); ; runs += 1) {
			const { first, last, worn } = nextPorts({ annotations });
			if (worn) break;
			expect(last).to.be.at.most(65_535);
			const before = all.size;
			for (let port = first; port <= last; port += 1) all.add(port);
			expect(all.size - before).to.equal(last - first + 1);
			annotations = portsFrom(last + 1);
		}
		expect(runs).to.equal(15);
		expect(nextPorts({ annotations: {} })).to.include({ first: 1024, worn: true });
	});

	it('expire after weeks, not with a run', () => {
		expect(Date.parse(standbyOwnership().expires) - Date.now()).to.be.above(7 * 86_400_000);
	});
});
