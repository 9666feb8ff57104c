/** On everything that eksctl makes for us; they are how leftovers are known, and nothing else is. */
export const cloudTags = {
	run: 'gatecrash.dev/run',
	owner: 'gatecrash.dev/owner',
	expires: 'gatecrash.dev/expires',
	definition: 'gatecrash.dev/cluster',
} as const;

export interface CloudOwnership {
	/** Id of the run that made it, also of a cluster that was made to stay. */
	run: string;
	/** Who made it, as AWS knows them. */
	owner: string;
	/** RFC 3339: `gatecrash clean --cloud` may delete it after that, whoever calls. */
	expires: string;
	/** Name of the definition. */
	definition: string;
}

/** Values in the letters that all services of AWS allow in tags. */
export function tagsOf(ownership: CloudOwnership): Record<string, string> {
	const entries = Object.entries(cloudTags).map(([key, tag]) => {
		const value = ownership[key as keyof CloudOwnership];
		return [tag, value.replaceAll(/[^\w .:/=+@-]/g, '_').slice(0, 256)] as const;
	});
	return Object.fromEntries(entries);
}

/** As run folders are named. */
const runId = String.raw`\d{8}-\d{6}-[0-9a-f]{6}`;
const ownName = new RegExp(`^gatecrash-(${runId})$`);

/** Every cluster has a name of its own in all accounts and for all time. */
export function clusterNameOf(run: string): string {
	return `gatecrash-${run}`;
}

/** The run in a name that only gatecrash gives. */
export function runOfName(name: string): string | undefined {
	return ownName.exec(name)?.[1];
}

/** The moment in a run's id, milliseconds since 1970. */
export function startOfRun(run: string): number | undefined {
	const [, year, month, day, hour, minute, second] = /^(\d{4})(\d\d)(\d\d)-(\d\d)(\d\d)(\d\d)-/.exec(run) ?? [];
	const time = Date.parse(`${year}-${month}-${day}T${hour}:${minute}:${second}Z`);
	return Number.isNaN(time) ? undefined : time;
}

export type Tags = Readonly<Record<string, string | undefined>>;

/** AWS writes them as a list in most of its services. */
export function tagRecord(tags: readonly { Key?: string | undefined; Value?: string | undefined }[] | undefined): Tags {
	return Object.fromEntries((tags ?? []).map(({ Key = '', Value }) => [Key, Value ?? '']));
}

/**
 * Tags whose value is the name of the cluster that a thing belongs to: of eksctl, of EKS, of the VPC CNI plugin and of the
 * AWS Load Balancer Controller.
 */
const clusterTags = [
	'alpha.eksctl.io/cluster-name',
	'eksctl.cluster.k8s.io/v1alpha1/cluster-name',
	'eks:cluster-name',
	'aws:eks:cluster-name',
	'cluster.k8s.amazonaws.com/name',
	'elbv2.k8s.aws/cluster',
];
/** Of cloud providers; `owned` there, or `shared` for what outlives it. */
const clusterPrefix = 'kubernetes.io/cluster/';
const stackName = new RegExp(`^eksctl-(gatecrash-${runId})-`);

/** Names of all clusters that claim a thing: several, where it is not one cluster's alone. */
export function claimants(tags: Tags): string[] {
	const names = new Set<string>();
	for (const [key, value = ''] of Object.entries(tags)) {
		if (clusterTags.includes(key)) names.add(value);
		if (key.startsWith(clusterPrefix)) names.add(key.slice(clusterPrefix.length));
	}
	const stack = stackName.exec(tags['aws:cloudformation:stack-name'] ?? '')?.[1];
	if (stack !== undefined) names.add(stack);
	const run = tags[cloudTags.run];
	if (run !== undefined && names.size === 0) names.add(clusterNameOf(run));
	return [...names];
}

/** It is not its cluster's, but lent to it. */
export function isShared(tags: Tags): boolean {
	return Object.entries(tags).some(([key, value]) => key.startsWith(clusterPrefix) && value === 'shared');
}
