import { expect } from 'chai';
import { blockHolds, readIpBlock } from '../../src/policy/match-block.ts';
import { type Place, placeOfExternal, placeOfNode, placeOfPod, placeOfService } from '../../src/policy/place.ts';
import { smallWorld } from './small-world.ts';

/** Before a cluster is up: pods are somewhere in their range, and nothing is known of the outside. */
function early() {
	const world = smallWorld();
	for (const pod of Object.values(world.pods)) pod.addresses = {};
	world.external = { internet: { addresses: {} }, named: { addresses: { ipv4: { exact: '10.244.9.9' } } } };
	world.nodes = { a: { addresses: { ipv4: { within: ['192.0.2.0/24'] } } }, b: { addresses: {} } };
	return world;
}

const world = early();
const places: Record<string, Place> = {
	web: placeOfPod('web', world.pods.web!, world, 'ipv4'),
	api: placeOfPod('api', world.pods.api!, world, 'ipv4'),
	host: placeOfPod('host', world.pods.host!, world, 'ipv4'),
	internet: placeOfExternal('internet', world, 'ipv4'),
	named: placeOfExternal('named', world, 'ipv4'),
	'node a': placeOfNode('a', world, 'ipv4'),
	'node b': placeOfNode('b', world, 'ipv4'),
	'some node': placeOfNode(undefined, world, 'ipv4'),
	'a sending node': { ...placeOfNode('a', world, 'ipv4'), anyAddress: true },
	'svc web': placeOfService('web', world, 'ipv4'),
};

describe('ipBlock with addresses that are not all known yet', () => {
	const table: [block: string, place: string, holds: string][] = [
		// A literal range against what is known to lie in a range
		['0.0.0.0/0', 'internet', 'yes'],
		['::/0', 'internet', 'no'],
		['10.0.0.0/8', 'web', 'yes'],
		['10.244.0.0/16', 'web', 'yes'],
		['10.244.0.0/17', 'web', 'unknown'],
		['10.244.1.0/24', 'web', 'unknown'],
		['10.245.0.0/16', 'web', 'no'],
		['192.0.2.0/24', 'node a', 'yes'],
		['192.0.2.0/25', 'node a', 'unknown'],
		['10.0.0.0/8', 'node a', 'no'],
		['10.0.0.0/8', 'node b', 'unknown'],
		['10.0.0.0/8', 'internet', 'unknown'],
		['10.244.9.0/24', 'named', 'yes'],
		['10.244.8.0/24', 'named', 'no'],
		['10.96.0.0/12', 'svc web', 'yes'],
		['10.244.0.0/16', 'svc web', 'no'],
		// References are the endpoint itself
		['$(pods.web.ipv4)/32', 'web', 'yes'],
		['$(pods.web.ipv4)/32', 'api', 'no'],
		['$(pods.web.ipv6)/128', 'web', 'no'],
		['$(pods.web.ipv4)/32', 'internet', 'no'],
		['$(pods.web.ipv4)/32', 'svc web', 'no'],
		['$(pods.web.ipv4)/24', 'web', 'yes'],
		['$(pods.web.ipv4)/24', 'api', 'unknown'],
		['$(pods.web.ipv4)/0', 'internet', 'yes'],
		['$(external.internet.ipv4)/32', 'internet', 'yes'],
		['$(external.internet.ipv4)/32', 'named', 'no'],
		['$(external.named.ipv4)/24', 'named', 'yes'],
		['$(services.web.ipv4)/32', 'svc web', 'yes'],
		['$(services.web.ipv4)/32', 'web', 'no'],
		// hostNetwork pods have the address of their node
		['$(pods.host.ipv4)/32', 'node b', 'yes'],
		['$(pods.host.ipv4)/32', 'node a', 'no'],
		['$(nodes.b.ipv4)/32', 'host', 'yes'],
		['$(nodes.of:web.ipv4)/32', 'node a', 'yes'],
		['$(nodes.a.ipv4)/32', 'some node', 'unknown'],
		['$(nodes.a.ipv4)/32', 'a sending node', 'open'],
		['192.0.2.0/24', 'a sending node', 'open'],
		['0.0.0.0/0', 'a sending node', 'yes'],
		// The cluster's ranges
		['$(cluster.podCIDRv4)', 'web', 'yes'],
		['$(cluster.podCIDRv6)', 'web', 'no'],
		['$(cluster.podCIDRv4)', 'svc web', 'no'],
		['$(cluster.serviceCIDRv4)', 'svc web', 'yes'],
		['$(cluster.serviceCIDRv4)', 'web', 'no'],
		['$(cluster.podCIDRv4)', 'named', 'yes'],
		['$(cluster.podCIDRv4)', 'internet', 'unknown'],
		['$(cluster.podCIDRv4)', 'node a', 'no'],
		['nonsense', 'web', 'unknown'],
	];
	for (const [cidr, place, holds] of table) {
		it(`${cidr} ${holds === 'yes' ? 'holds' : holds === 'no' ? 'does not hold' : `(${holds})`} ${place}`, () => {
			expect(blockHolds(readIpBlock({ cidr }), places[place]!, world, 'ipv4')).to.equal(holds);
		});
	}

	const excepts: [cidr: string, except: string[], place: string, holds: string][] = [
		['0.0.0.0/0', ['$(pods.web.ipv4)/32'], 'web', 'no'],
		['0.0.0.0/0', ['$(pods.web.ipv4)/32'], 'api', 'yes'],
		['0.0.0.0/0', ['$(cluster.podCIDRv4)'], 'web', 'no'],
		['0.0.0.0/0', ['10.244.0.0/17'], 'web', 'unknown'],
		['0.0.0.0/0', ['10.245.0.0/16', '10.244.0.0/16'], 'web', 'no'],
		['10.245.0.0/16', ['10.245.1.0/24'], 'web', 'no'],
	];
	for (const [cidr, except, place, holds] of excepts) {
		it(`${cidr} except ${except.join(', ')}: ${place}: ${holds}`, () => {
			expect(blockHolds(readIpBlock({ cidr, except }), places[place]!, world, 'ipv4')).to.equal(holds);
		});
	}

	it('a pod that has completed may have given its address to another', () => {
		const later = early();
		later.pods.web!.ended = true;
		const [web, api] = ['web', 'api'].map((name) => placeOfPod(name, later.pods[name]!, later, 'ipv4'));
		const block = readIpBlock({ cidr: '$(pods.web.ipv4)/32' });
		expect(blockHolds(block, web!, later, 'ipv4')).to.equal('yes');
		expect(blockHolds(block, api!, later, 'ipv4')).to.equal('unknown');
	});

	it('a range within a byte is read bit by bit', () => {
		const exact = (text: string): Place => ({ kind: 'external', name: 'x', fact: { exact: text } });
		const block = readIpBlock({ cidr: '203.0.113.64/27' });
		const held = ['203.0.113.63', '203.0.113.64', '203.0.113.95', '203.0.113.96'].map((text) =>
			blockHolds(block, exact(text), world, 'ipv4'),
		);
		expect(held).to.deep.equal(['no', 'yes', 'yes', 'no']);
	});
});
