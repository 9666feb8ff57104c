import fc from 'fast-check';
import type { IpFamily } from '../../src/model/address.ts';
import type { Workload } from '../../src/model/plan.ts';

export interface IpBlock {
	cidr: string;
	except?: string[];
}

const whole: Record<IpFamily, string> = { ipv4: '0.0.0.0/0', ipv6: '::/0' };
const podRange: Record<IpFamily, string> = { ipv4: '$(cluster.podCIDRv4)', ipv6: '$(cluster.podCIDRv6)' };
const bits: Record<IpFamily, number> = { ipv4: 32, ipv6: 128 };
/** Written as numbers, whatever the cluster's ranges are; of a family that it lacks, too. */
const literals = ['0.0.0.0/1', '128.0.0.0/1', '10.0.0.0/8', '198.51.100.0/24', '::/1', '8000::/1', 'fd00::/8'];

/**
 * ipBlocks around the addresses of pods and of the endpoint outside, of every size, with exceptions that lie within
 * them as the API server demands. Addresses stay references: only a cluster knows them.
 */
export function randomBlock({ pods }: Workload, families: readonly IpFamily[]): fc.Arbitrary<IpBlock> {
	const family = fc.constantFrom(...families);
	const pod = fc.constantFrom(...Object.keys(pods));
	/** How many bits are left open: one address, its neighbour too, and so on. */
	const open = fc.constantFrom(0, 0, 1, 2, 3);
	const aroundPod = fc.tuple(family, pod, open).map(([of, name, free]) => `$(pods.${name}.${of})/${bits[of] - free}`);
	const wide = fc
		.tuple(
			family,
			fc.boolean(),
			fc.array(fc.tuple(pod, open), { maxLength: 3 }),
			fc.constantFrom<'none' | 'outside' | 'pods'>('none', 'none', 'outside', 'pods'),
		)
		.map(([of, all, excepted, more]) => {
			const except = excepted.map(([name, free]) => `$(pods.${name}.${of})/${bits[of] - free}`);
			if (all && more === 'outside') except.push(`$(external.outside.${of})/${bits[of]}`);
			if (all && more === 'pods') except.push(podRange[of]);
			return block(all ? whole[of] : podRange[of], except);
		});
	const narrow = fc
		.tuple(family, pod, fc.constantFrom(2, 3, 8), fc.uniqueArray(fc.constantFrom(0, 1), { maxLength: 2 }))
		.map(([of, name, free, inner]) =>
			block(
				`$(pods.${name}.${of})/${bits[of] - free}`,
				inner.map((kept) => `$(pods.${name}.${of})/${bits[of] - kept}`),
			),
		);
	const outside = fc
		.tuple(family, fc.constantFrom(0, 8))
		.map(([of, free]) => block(`$(external.outside.${of})/${bits[of] - free}`));
	const service = family.map((of) => block(`$(services.front.${of})/${bits[of]}`));
	return fc.oneof(
		{ withCrossShrink: true },
		{ arbitrary: aroundPod.map((cidr) => block(cidr)), weight: 5 },
		{ arbitrary: wide, weight: 5 },
		{ arbitrary: narrow, weight: 3 },
		{ arbitrary: outside, weight: 2 },
		{ arbitrary: service, weight: 1 },
		{ arbitrary: fc.constantFrom(...literals).map((cidr) => block(cidr)), weight: 2 },
	);
}

function block(cidr: string, except: string[] = []): IpBlock {
	return except.length > 0 ? { cidr, except } : { cidr };
}
