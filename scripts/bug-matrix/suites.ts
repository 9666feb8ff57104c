import type { Bug } from '../../src/cluster/netns/bugs/bug.ts';
import { networkPolicyBugs } from '../../src/cluster/netns/bugs/catalogue.ts';
import { changeBugs } from '../../src/cluster/netns/bugs/changes.ts';
import { dnsBugs } from '../../src/cluster/netns/bugs/dns.ts';
import { enforcerBugs } from '../../src/cluster/netns/bugs/enforcer.ts';
import { meshBugs } from '../../src/cluster/netns/bugs/mesh.ts';
import { proxyBugs } from '../../src/cluster/netns/bugs/proxies.ts';
import { captureBugs } from '../../src/cluster/netns/bugs/wire.ts';
import { affectedBy, concernedBy, type Witness } from './observe.ts';

/** Bugs, and the scenarios that are there to notice them: a section of docs/bug-matrix.md. */
export interface Suite {
	/** Chosen with `--suite NAME`. */
	name: string;
	title: string;
	folder: string;
	bugs: readonly Bug[];
	/** The scenarios that could notice. */
	affectedBy: (bug: Bug, witnesses: Witness[]) => Witness[];
	/** How these are found, a sentence. */
	how: string;
	/** Every scenario has to be needed: the only one that notices some bug, or a back-up. */
	needsAll: boolean;
	/** Bugs of the harness's own eyes: they are noticed when a cell that was shown stays without an answer. */
	blinding: ReadonlySet<Bug>;
}

const byConcern = {
	affectedBy: concernedBy,
	how: 'Which rules of the kernel a bug changes does not tell here: a scenario could notice where it has what the bug is about.',
	needsAll: false,
} as const;

/** Bugs that scenarios around faults are there to notice too. */
const underChange = ['relabelled-pod-stays', 'relabelled-namespace-stays', 'new-pod-late', 'udp-flow-cut'];

export const suites: readonly Suite[] = [
	{
		name: 'network-policy',
		title: 'NetworkPolicy',
		folder: 'scenarios/network-policy',
		bugs: networkPolicyBugs,
		affectedBy,
		how: 'A scenario could notice where the bug changes some rule.',
		needsAll: true,
		blinding: new Set(),
	},
	{
		...{ name: 'istio', title: 'Mutual TLS', folder: 'scenarios/istio', ...byConcern },
		bugs: [...meshBugs, ...captureBugs],
		blinding: new Set(captureBugs),
	},
	{
		...{ name: 'tls', title: 'Proxies of one’s own', folder: 'scenarios/tls', ...byConcern },
		bugs: proxyBugs,
		blinding: new Set(),
	},
	{
		...{ name: 'dns', title: 'DNS', folder: 'scenarios/dns', ...byConcern },
		bugs: dnsBugs,
		blinding: new Set(),
	},
	{
		...{ name: 'chaos', title: 'Chaos', folder: 'scenarios/chaos', ...byConcern },
		bugs: [...enforcerBugs, ...[...changeBugs, ...dnsBugs].filter(({ name }) => underChange.includes(name))],
		blinding: new Set(),
	},
];
