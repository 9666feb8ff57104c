import { expect } from 'chai';
import { Fabric } from '../../../../src/cluster/netns/fabric.ts';
import { MeshCertificates } from '../../../../src/cluster/mesh-certificates.ts';
import { findEnvoy } from '../../../../src/cluster/netns/envoy/envoy-binary.ts';
import { EnvoyProcess } from '../../../../src/cluster/netns/envoy/envoy-process.ts';
import { findPermission } from '../../../../src/cluster/netns/preconditions.ts';

describe('An Envoy that is given a configuration that Envoy refuses', function () {
	this.timeout(30_000);
	let fabric: Fabric;
	const envoy = findEnvoy();
	before(async function () {
		if (envoy === undefined) return this.skip();
		const { userNamespace } = await findPermission();
		fabric = await Fabric.start({ userNamespace, families: ['ipv4'] });
		await fabric.run(['sh', '-c', 'ip netns add p1 && ip -n p1 link set lo up']);
	});
	after(() => fabric?.close());

	it('says so with Envoy’s own words, each time that it is given, and goes on with the former one', async () => {
		const certificates = await MeshCertificates.create();
		const good = { listeners: [], clusters: [] };
		const sidecar = await EnvoyProcess.start(
			fabric,
			envoy ?? '',
			{ name: 'app', namespace: 'shop', device: 'p1' },
			{
				...{ config: good, clusters: [], watches: [], roots: [certificates.root] },
				certificate: await certificates.forWorkload('shop', undefined),
			},
		);
		const bad = { ...good, listeners: [{ name: 'wrong', nonsense: true }] };
		for (let round = 0; round < 2; round++) {
			const refused = await sidecar.update(bad).catch(String);
			expect(refused).to.match(/GatecrashError: Envoy refused its configuration: .*nonsense/s);
		}
		await sidecar.update(good);
		expect(sidecar.ended).to.equal(undefined);
	});
});
