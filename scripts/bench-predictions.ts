/**
 * `npm run bench` starts it once for each size: predictions for every pair of that many pods on one port, under 200
 * policies, as a process of its own, so that its memory is that of this alone. Prints one line of JSON: milliseconds and bytes.
 */
import type { KubernetesObject } from '../src/model/policy.ts';
import { compilePolicies } from '../src/policy/compile-policies.ts';
import type { PodFacts, World } from '../src/policy/world.ts';

const size = Number(process.argv[2] ?? 1000);
const policyCount = 200;
const namespaces = Array.from({ length: 20 }, (_, index) => `team-${index}`);

const world = worldOf(size);
const policies = Array.from({ length: policyCount }, (_, index) => policyOf(index));
const before = process.memoryUsage().rss;
const began = performance.now();
const cpuBefore = process.cpuUsage();
const table = compilePolicies(policies, world).table(8080, 'tcp', 'ipv4');
const counts: Record<string, number> = {};
for (const from of table.pods) {
	for (const to of table.pods) {
		const verdict = table.verdict(from, to);
		counts[verdict] = (counts[verdict] ?? 0) + 1;
	}
}
const took = performance.now() - began;
const cpu = process.cpuUsage(cpuBefore);
const peak = process.resourceUsage().maxRSS * 1024;
process.stdout.write(
	`${JSON.stringify({ size, policies: policyCount, took, cpu: (cpu.user + cpu.system) / 1000, grown: peak - before, peak, counts })}\n`,
);

/** Every pod has labels that no other has, so that nothing is saved by looking at one for many. */
function worldOf(pods: number): World {
	return {
		namespaces: Object.fromEntries(
			namespaces.map((name, index) => [name, { labels: { team: name, stage: `s${index % 3}` } }]),
		),
		pods: Object.fromEntries(Array.from({ length: pods }, (_, index) => [`pod-${index}`, podOf(index)])),
		...{ nodes: {}, external: {}, services: {}, ranges: {} },
	};
}

function podOf(index: number): PodFacts {
	return {
		namespace: namespaces[index % namespaces.length] ?? '',
		labels: { app: `app-${index}`, tier: `t${index % 7}`, group: `g${index % 11}` },
		namedPorts: [{ name: 'http', port: index % 5 === 0 ? 80 : 8080, protocol: 'tcp' }],
		hostNetwork: false,
		addresses: { ipv4: { exact: `10.244.${index >> 8}.${index & 255}` } },
	};
}

function policyOf(index: number): KubernetesObject {
	const namespace = namespaces[index % namespaces.length] ?? '';
	const stage = { matchExpressions: [{ key: 'stage', operator: 'In', values: [`s${index % 3}`] }] };
	const peers = [
		{ podSelector: { matchLabels: { group: `g${index % 11}` } } },
		{ namespaceSelector: stage, podSelector: { matchLabels: { tier: `t${(index + 1) % 7}` } } },
		{ ipBlock: { cidr: `10.244.${index % 4}.0/24`, except: [`10.244.${index % 4}.${index % 256}/32`] } },
	];
	const ports = [{ port: 'http' }, { port: 8000, endPort: 8100 + (index % 5) }];
	return {
		apiVersion: 'networking.k8s.io/v1',
		kind: 'NetworkPolicy',
		metadata: { name: `policy-${index}`, namespace },
		spec: {
			podSelector: { matchExpressions: [{ key: 'tier', operator: 'NotIn', values: [`t${index % 7}`] }] },
			policyTypes: ['Ingress', 'Egress'],
			ingress: [{ from: peers, ports }, { from: [{ podSelector: {} }] }],
			egress: [
				{ to: peers, ports },
				{ to: [{ namespaceSelector: stage }], ports: [{ port: 'http' }] },
			],
		},
	};
}
