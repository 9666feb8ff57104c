import type { Tags } from '../ownership.ts';

/** In the order in which they have to go: what keeps others from being deleted comes before those. */
export const cloudKinds = [
	'load balancer',
	'target group',
	'node group',
	'EKS cluster',
	'network interface',
	'security group',
	'stack',
	'stack of the cluster',
	'log group',
] as const;

export type CloudKind = (typeof cloudKinds)[number];

/** Something in an AWS account that costs money or holds what does. */
export interface CloudThing {
	kind: CloudKind;
	/** As AWS's own commands take it. */
	id: string;
	tags: Tags;
	/** The cluster that it belongs to by what it is, where that is not a matter of tags. */
	cluster?: string;
	/** The CloudFormation stack that made it and deletes it. */
	stack?: string | undefined;
	/** No failure where it is gone already; resolves when it is. Rejects with GatecrashError when AWS refuses. */
	remove(): Promise<void>;
}

/** What stands in both lists goes with the stack. */
export function stackOf(tags: Tags): string | undefined {
	return tags['aws:cloudformation:stack-name'];
}
