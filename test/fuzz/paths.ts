import { type IpFamily, type Protocol } from '../../src/model/address.ts';
import type { Cell, EndpointRef, Workload } from '../../src/model/plan.ts';
import type { TargetRef } from '../../src/model/scenario.ts';

interface Target {
	kind: TargetRef['kind'];
	name: string;
	port: number;
	protocol: Protocol;
}

/**
 * Everything that is tried under each policy set: every pod to every port of every other pod, to the Service and to the
 * endpoint outside; from there, and from the node, to one port of each pod. Each in every family. Not a pod to
 * itself, which the specification leaves open.
 */
export function pathsOf(workload: Workload, families: readonly IpFamily[]): Cell[] {
	const pods = Object.entries(workload.pods);
	const inside = pods.flatMap(([name, { listen }]) => listen.map((port) => target('pod', name, port)));
	const outside = Object.entries(workload.external).flatMap(([name, { listen }]) =>
		listen.map((port) => target('external', name, port)),
	);
	const services = Object.entries(workload.services).flatMap(([name, { ports }]) =>
		ports.map((port) => target('service', name, port)),
	);
	const onePerPod = pods.flatMap(([name, { listen }]) => listen.slice(0, 1).map((port) => target('pod', name, port)));
	const strangers: EndpointRef[] = [
		...Object.keys(workload.external).map((name) => ({ kind: 'external' as const, name })),
		...workload.attemptingNodes.map((name) => ({ kind: 'node' as const, name })),
	];
	const pairs = [
		...pods.flatMap(([name]) =>
			[...inside, ...outside, ...services].map((to) => ({ from: { kind: 'pod' as const, name }, to })),
		),
		...strangers.flatMap((from) => onePerPod.map((to) => ({ from, to }))),
	];
	return pairs
		.filter(({ from, to }) => from.kind !== to.kind || from.name !== to.name)
		.flatMap(({ from, to }) => families.map((family) => cell(from, to, family)));
}

function target(kind: Target['kind'], name: string, { port, protocol }: Pick<Target, 'port' | 'protocol'>): Target {
	return { kind, name, port, protocol };
}

function cell(from: EndpointRef, to: Target, family: IpFamily): Cell {
	const { port, protocol } = to;
	const id = `${endText(from.kind, from.name)} → ${endText(to.kind, to.name)}:${port}/${protocol} ${family}`;
	return {
		...{ id, path: id, kind: 'connect', from, to: { ...to }, port, protocol, family },
		...{
			speaks: protocol === 'udp' ? 'udp' : 'tcp',
			expectation: 'predicted',
			prediction: { verdict: 'unknown', because: [] },
		},
		...{ reason: undefined, by: undefined, phase: undefined, on: undefined, tries: 1, skip: undefined },
		position: { file: '', line: 0, column: 0 },
	};
}

/** As scenario files write it. */
function endText(kind: string, name: string): string {
	if (kind === 'pod') return name;
	return kind === 'service' ? `svc/${name}` : `${kind}/${name}`;
}
