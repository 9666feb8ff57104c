import { type ClusterWorkload, imageTag, networkPrograms } from './network-programs.ts';

/** What a cluster's workloads and nodes say about its network. */
export interface NetworkFindings {
	cni: string[];
	/** Who enforces NetworkPolicy, with versions. */
	enforcers: string[];
	mesh: string[];
	warnings: string[];
	notes: string[];
}

export interface ClusterNode {
	name: string;
	kubeletVersion: string;
	schedulable: boolean;
}

/**
 * Finds who gives pods their network, who enforces policies and which meshes there are. Pure. `workloads` undefined:
 * they could not be listed, so nothing is known, which is a warning of its own.
 */
export function findNetwork(workloads: ClusterWorkload[] | undefined, nodes: ClusterNode[]): NetworkFindings {
	const findings: NetworkFindings = { cni: [], enforcers: [], mesh: [], warnings: [], notes: [] };
	for (const workload of workloads ?? []) readWorkload(workload, nodes, findings);
	if (nodes.some((node) => node.kubeletVersion.includes('+k3s'))) {
		// Built into the k3s program, so that nothing of it can be seen; https://docs.k3s.io/networking/networking-services
		findings.enforcers.push('k3s network policy controller');
		findings.notes.push(
			'k3s enforces policies unless it was started with --disable-network-policy, which can’t be seen.',
		);
	}
	findings.warnings.push(...judgeEnforcers(findings.enforcers, workloads !== undefined));
	return findings;
}

function readWorkload(workload: ClusterWorkload, nodes: ClusterNode[], findings: NetworkFindings): void {
	for (const program of networkPrograms) {
		if (program.runs !== workload.kind) continue;
		const container = workload.containers.find((one) => program.is(one, workload));
		if (!container) continue;
		const tag = imageTag(container.image);
		const described = tag === undefined ? program.name : `${program.name} ${tag}`;
		const idle = program.idle?.(container);
		const list = { cni: findings.cni, enforcer: findings.enforcers, mesh: findings.mesh }[program.role];
		if (idle !== undefined) {
			if (program.role === 'enforcer') findings.notes.push(`${described} does not enforce policies: ${idle}.`);
			continue;
		}
		if (list.includes(described)) continue;
		if (workload.wanted === 0) {
			findings.notes.push(`${described} is installed and runs on no node.`);
			continue;
		}
		list.push(described);
		if (program.role === 'enforcer') findings.warnings.push(...coverage(described, workload, nodes));
	}
}

/** An enforcer that is not on every node leaves the pods there open. */
function coverage(enforcer: string, { wanted, ready }: ClusterWorkload, nodes: ClusterNode[]): string[] {
	const schedulable = nodes.filter((node) => node.schedulable).length;
	if (ready !== undefined && wanted !== undefined && ready < wanted) {
		return [
			`${enforcer} is ready on ${ready} of ${wanted} nodes: what it should enforce elsewhere may be open or stale.`,
		];
	}
	if (wanted !== undefined && wanted < schedulable) {
		return [`${enforcer} runs on ${wanted} of ${schedulable} nodes: nobody may be enforcing policies on the others.`];
	}
	return [];
}

function judgeEnforcers(enforcers: string[], looked: boolean): string[] {
	if (enforcers.length > 1) {
		return [
			`${enforcers.length} enforcers of NetworkPolicy act at once: ${enforcers.join(', ')}. A path is open only where all of them let it through, so what was observed belongs to no single one.`,
		];
	}
	if (enforcers.length === 1) return [];
	return looked
		? ['Nobody was found that enforces NetworkPolicy on this cluster: expect every forbidden path to be open.']
		: ['It is not known who enforces NetworkPolicy here: DaemonSets could not be listed.'];
}
