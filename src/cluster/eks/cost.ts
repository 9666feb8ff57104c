import { type EksConfig, instanceTypesOf } from './eks-config.ts';

/**
 * US dollars an hour in us-east-1, on demand, Linux, as AWS's price lists had them in 2026; other regions ask up to half
 * as much again. For an order of magnitude, which is what somebody decides by who says --yes.
 */
const hourly: Record<string, number> = {
	'm5.large': 0.096,
	'm5.xlarge': 0.192,
	'm6i.large': 0.096,
	'm6i.xlarge': 0.192,
	'm7i.large': 0.1008,
	'm7g.large': 0.0816,
	'c5.large': 0.085,
	'c6i.large': 0.085,
	't3.medium': 0.0416,
	't3.large': 0.0832,
};
const controlPlane = 0.1;
const publicAddress = 0.005;
const natGateway = 0.045;
/** gp3, a gigabyte and hour. */
const volume = 0.08 / 730;
/** eksctl's own default, in gigabytes. */
const defaultVolume = 80;

export interface CostEstimate {
	/** US dollars an hour. */
	perHour: number;
	/** What the sum is of, each with its price. */
	parts: string[];
	/** Instance types whose price is not known here, so that it is not in the sum. */
	unknown: string[];
}

/** What a cluster costs while it stands; traffic, which is little, is left out. */
export function estimateCost(config: EksConfig): CostEstimate {
	const parts: [label: string, price: number][] = [['control plane', controlPlane]];
	const unknown: string[] = [];
	for (const group of config.managedNodeGroups) {
		const { desiredCapacity: count, volumeSize = defaultVolume, privateNetworking = false } = group;
		// Any of them may be taken.
		const types = instanceTypesOf(group);
		const prices = types.flatMap((type) => hourly[type] ?? []);
		if (prices.length < types.length) unknown.push(...types.filter((type) => hourly[type] === undefined));
		if (prices.length > 0) parts.push([`${count} × ${types.join(' or ')}`, count * Math.max(...prices)]);
		parts.push([`${count} × ${volumeSize} GB of disk`, count * volumeSize * volume]);
		if (!privateNetworking) parts.push([`${count} public addresses`, count * publicAddress]);
	}
	const nat = natGatewaysOf(config);
	if (nat > 0) parts.push([`${nat} NAT gateways`, nat * natGateway]);
	return {
		perHour: parts.reduce((sum, [, price]) => sum + price, 0),
		parts: parts.map(([label, price]) => `${label} ${dollars(price)}`),
		unknown,
	};
}

/** eksctl makes one where nothing else is said, and one for each of three zones where that is. */
export function natGatewaysOf({ vpc }: EksConfig): number {
	const gateway = (vpc as { nat?: { gateway?: string } } | undefined)?.nat?.gateway ?? 'Single';
	return { Disable: 0, Single: 1, HighlyAvailable: 3 }[gateway] ?? 1;
}

/** `$0.10`. */
function dollars(amount: number): string {
	return amount < 0.01 ? 'less than $0.01' : `$${amount.toFixed(2)}`;
}

/** `about $0.32 an hour (control plane $0.10, ...)`. */
export function describeCost({ perHour, parts, unknown }: CostEstimate): string {
	const more = unknown.length === 0 ? '' : `, and what ${unknown.join(', ')} cost, which is not known here`;
	return `about ${dollars(perHour)} an hour (${parts.join(', ')})${more}`;
}
