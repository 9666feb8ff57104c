import type { SourcePosition } from '../model/diagnostic.ts';
import { meshRootNamespace } from '../model/policy.ts';
import type { ListenSpec, PodSpec, Scenario } from '../model/scenario.ts';
import type { World } from '../policy/world.ts';
import type { GenerateInput, PodInput } from './input.ts';

const nowhere: SourcePosition = { file: 'generated', line: 1, column: 1 };

/** A scenario of everything that there is, and of `further` pods and endpoints, without attempts. */
export function draftScenario(input: GenerateInput, further?: World): Scenario {
	const namespaces: Scenario['namespaces'] = {};
	const add = (name: string, labels: Record<string, string>, mesh: 'none' | 'sidecar'): void => {
		namespaces[name] ??= { labels, mesh, existing: false };
	};
	for (const [name, { labels, mesh }] of Object.entries(input.namespaces)) add(name, labels, mesh);
	for (const { namespace } of [...Object.values(input.pods), ...Object.values(input.services)])
		add(namespace, {}, 'none');
	for (const { object } of input.policies) {
		const namespace = object.metadata.namespace ?? 'default';
		if (namespace !== meshRootNamespace) add(namespace, {}, 'none');
	}
	const pods: Scenario['pods'] = Object.fromEntries(
		Object.entries(input.pods).map(([name, pod]) => [name, podSpec(pod)]),
	);
	const external: Scenario['external'] = Object.fromEntries(
		Object.entries(input.external).map(([name, { ports, addresses }]) => [
			name,
			{ listen: ports.map((port) => listenSpec(port)), addresses },
		]),
	);
	const scenario: Scenario = {
		...{
			name: input.name,
			file: 'generated',
			tags: [],
			backsUp: [],
			description: '',
			reference: '',
			status: 'required',
		},
		...{ requires: [], ipFamilies: undefined, timing: { settle: undefined, hold: undefined, tries: 3 } },
		...{ namespaces, pods, external, attempts: [], phases: undefined, chaos: [], position: nowhere },
		...{ serviceAccounts: {}, securityGroups: {} },
		services: Object.fromEntries(
			Object.entries(input.services).map(([name, service]) => [
				name,
				{
					...{ ...service, type: 'ClusterIP', externalTrafficPolicy: 'Cluster' },
					ports: service.ports.map((port) => ({ ...port, name: port.name, nodePort: undefined })),
				},
			]),
		),
		policies: input.policies.map(({ name, object }) => ({ name, object, position: nowhere })),
	};
	return further ? withFurther(scenario, further) : scenario;
}

/** With pods, namespaces and endpoints that nobody declared; what has their names stays as it is. */
export function withFurther(scenario: Scenario, further: Pick<World, 'namespaces' | 'pods' | 'external'>): Scenario {
	const namespaces = { ...scenario.namespaces };
	for (const [name, { labels }] of Object.entries(further.namespaces))
		namespaces[name] ??= { labels: { ...labels }, mesh: 'none', existing: false };
	const pods = { ...scenario.pods };
	for (const [name, { namespace, labels, namedPorts }] of Object.entries(further.pods))
		pods[name] ??= podSpec({ namespace, labels: { ...labels }, ports: [...namedPorts] });
	const external = { ...scenario.external };
	for (const [name, { addresses }] of Object.entries(further.external)) {
		const [ipv4, ipv6] = [addresses.ipv4?.exact, addresses.ipv6?.exact];
		const named = { ...(ipv4 !== undefined && { ipv4 }), ...(ipv6 !== undefined && { ipv6 }) };
		external[name] ??= { listen: [], addresses: Object.keys(named).length > 0 ? named : undefined };
	}
	return { ...scenario, namespaces, pods, external };
}

function podSpec({ namespace, labels, ports, serviceAccount, hostNetwork, annotations, mesh }: PodInput): PodSpec {
	return {
		...{ namespace, labels, annotations: annotations ?? {}, serviceAccount, hostNetwork: hostNetwork ?? false, mesh },
		...{ placement: undefined, readiness: undefined, liveness: undefined, attemptsAtStart: false, completes: false },
		listen: ports.map(listenSpec),
	};
}

function listenSpec({ port, protocol, name, speaks }: PodInput['ports'][number]): ListenSpec {
	return { port, protocol, name, speaks: speaks ?? protocol };
}
