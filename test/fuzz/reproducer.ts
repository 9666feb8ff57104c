import { stringify } from 'yaml';
import { ipFamilies } from '../../src/model/address.ts';
import type { Cell, Workload } from '../../src/model/plan.ts';
import type { KubernetesObject } from '../../src/model/policy.ts';
import type { PodSpec } from '../../src/model/scenario.ts';
import type { Finding } from './batch.ts';

/**
 * A scenario file that expects what the evaluator says: `gatecrash run` shows the difference on the cluster that has it,
 * and passes where the two agree.
 */
export function reproducer(finding: Finding, repeatCommand: string): string {
	const { workload, found, seed, path } = finding;
	const { cells, families } = oneExpectation(finding);
	const before = found.before.map((object, index) => [`before-${index}`, { object }] as const);
	const policies = found.policies.map((object, index) => [`policy-${index}`, { object }] as const);
	const used = JSON.stringify([found, cells.map(({ from, to }) => `${from.kind}.${from.name} ${to.kind}.${to.name}`)]);
	const attempts = cells.map(attempt);
	const scenario = {
		apiVersion: 'gatecrash.dev/v1alpha1',
		kind: 'Scenario',
		metadata: { name: workload.scenario, tags: ['fuzz'] },
		spec: {
			description: 'Found by the fuzz: here the evaluator and a cluster differed.',
			reference: repeatCommand,
			status: 'required',
			...(families && { ipFamilies: families }),
			namespaces: mapValues(workload.namespaces, ({ labels }) => ({ labels })),
			pods: mapValues(workload.pods, podOf),
			...(/services?\./.test(used) && { services: mapValues(workload.services, serviceOf) }),
			...(used.includes('external.') && {
				external: mapValues(workload.external, ({ listen }) => ({ listen: listen.map(listenOf) })),
			}),
			policies: Object.fromEntries([...before, ...policies]),
			...(before.length === 0 ? { attempts } : { phases: phases(before, policies, attempts) }),
		},
	};
	return `# Seed ${seed}, path ${path === '' ? 'none' : path}. Repeat: ${repeatCommand}\n${stringify(scenario, { lineWidth: 0, aliasDuplicateObjects: false })}`;
}

/** Attempts can't tell families apart; if only one of them differs, it alone is tried. */
function oneExpectation({ differences, contradictions }: Finding): { cells: Cell[]; families: string[] | undefined } {
	const all = [...differences, ...contradictions].map(({ cell }) => cell);
	const present = ipFamilies.filter((family) => all.some((cell) => cell.family === family));
	const pathOf = ({ from, to, port, protocol }: Cell) => JSON.stringify([from, to.kind, to.name, port, protocol]);
	const inEach = all.every((cell) =>
		ipFamilies.every((family) =>
			all.some(
				(one) =>
					one.family === family && pathOf(one) === pathOf(cell) && one.prediction.verdict === cell.prediction.verdict,
			),
		),
	);
	const [family] = present;
	const cells = all.filter((cell) => cell.family === family);
	return { cells, families: inEach || family === undefined ? undefined : [family] };
}

function attempt({ from, to, port, protocol, prediction }: Cell) {
	const client = from.kind === 'pod' ? from.name : `${from.kind}/${from.name}`;
	const ends = { pod: to.name, service: `svc/${to.name}`, external: `external/${to.name}` } as Record<string, string>;
	const { verdict, because } = prediction;
	return {
		...{ from: client, to: `${ends[to.kind]}:${port}/${protocol}` },
		...(verdict === 'allowed' || verdict === 'blocked'
			? { expect: verdict, reason: because.join('; ') }
			: { expect: 'observe' }),
	};
}

/** The earlier policies first; then those that are no longer there are deleted, and the others created or edited. */
function phases(
	before: (readonly [string, { object: KubernetesObject }])[],
	policies: (readonly [string, { object: KubernetesObject }])[],
	attempts: unknown[],
): unknown[] {
	const stays = ({ metadata }: KubernetesObject) =>
		policies.some(
			([, { object }]) => object.metadata.name === metadata.name && object.metadata.namespace === metadata.namespace,
		);
	const gone = before.filter(([, { object }]) => !stays(object)).map(([name]) => name);
	return [
		{ apply: before.map(([name]) => name) },
		{ settle: {} },
		...(gone.length > 0 ? [{ delete: gone }] : []),
		...(policies.length > 0 ? [{ apply: policies.map(([name]) => name) }] : []),
		{ settle: {} },
		{ attempt: attempts },
	];
}

function podOf({ namespace, labels, listen }: PodSpec) {
	return { namespace, labels, listen: listen.map(listenOf) };
}

function listenOf({ port, protocol, name }: PodSpec['listen'][number]) {
	return name === undefined ? `${port}/${protocol}` : { port, protocol, name };
}

function serviceOf({ namespace, selector, ports }: Workload['services'][string]) {
	return {
		namespace,
		selector,
		ports: ports.map(({ port, targetPort, protocol }) => ({ port, targetPort, protocol })),
	};
}

function mapValues<From, To>(values: Record<string, From>, change: (value: From) => To): Record<string, To> {
	return Object.fromEntries(Object.entries(values).map(([name, value]) => [name, change(value)]));
}
