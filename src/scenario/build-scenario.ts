import type {
	ExternalSpec,
	NamespaceSpec,
	PhaseSpec,
	PodSpec,
	PolicySpec,
	Scenario,
	ServiceSpec,
} from '../model/scenario.ts';
import { buildAttempt } from './build-attempt.ts';
import { buildChaos } from './build-chaos.ts';
import { buildPhase } from './build-phase.ts';
import { buildProxy } from './build-proxy.ts';
import { buildSecurityGroup } from './build-security-group.ts';
import type { DocumentPath } from './document-path.ts';
import { parseDuration } from './duration.ts';
import { faultNamed, podsAtPhases } from './phase-timeline.ts';
import type { PodInput, ScenarioInput, ServiceInput } from './schema.ts';
import { expandListen } from './short-forms.ts';
import type { YamlDocument } from './yaml-document.ts';

export const defaultTries = 3;

/** Fills in defaults and spells out short forms of a document that passed every check. */
export function buildScenario(
	input: ScenarioInput,
	policies: PolicySpec[],
	document: YamlDocument,
	file: string,
): Scenario {
	const { metadata, spec } = input;
	const at = (...path: DocumentPath) => document.locate(path);
	const pods = Object.keys(spec.pods);
	const podsThen = podsAtPhases(spec.phases ?? [], pods);
	return {
		name: metadata.name,
		file,
		tags: metadata.tags ?? [],
		backsUp: metadata.backsUp ?? [],
		description: spec.description ?? '',
		reference: spec.reference ?? '',
		status: spec.status ?? 'required',
		requires: spec.requires ?? [],
		ipFamilies: spec.ipFamilies,
		timing: {
			settle: spec.timing?.settle === undefined ? undefined : parseDuration(spec.timing.settle),
			hold: spec.timing?.hold === undefined ? undefined : parseDuration(spec.timing.hold),
			tries: spec.timing?.tries ?? defaultTries,
		},
		namespaces: mapValues(spec.namespaces, buildNamespace),
		pods: Object.fromEntries(Object.entries(spec.pods).map(([name, pod]) => [name, buildPod(name, pod)])),
		services: mapValues(spec.services ?? {}, buildService),
		external: mapValues(spec.external ?? {}, buildExternal),
		serviceAccounts: mapValues(spec.serviceAccounts ?? {}, ({ labels }) => ({ labels: labels ?? {} })),
		securityGroups: mapValues(spec.securityGroups ?? {}, buildSecurityGroup),
		policies,
		attempts: (spec.attempts ?? []).map((attempt, index) => buildAttempt(attempt, pods, at('spec', 'attempts', index))),
		phases: spec.phases?.flatMap((phase, index): PhaseSpec[] => {
			const path = ['spec', 'phases', index] as const;
			const attemptAt = (item: number | undefined) => at(...path, 'attempt', ...(item === undefined ? [] : [item]));
			const healed = phase.heal === undefined ? undefined : faultNamed(phase.heal, spec.phases ?? [], index);
			const namesOf = (pod: string) => spec.pods[pod]?.proxy?.certificate?.names ?? [];
			const built = buildPhase(phase, podsThen[index] ?? [], at(...path), attemptAt, namesOf, healed);
			return built ? [built] : [];
		}),
		chaos: (spec.chaos ?? []).map((chaos, index) =>
			buildChaos(chaos, Object.keys(spec.pods ?? {}), at('spec', 'chaos', index)),
		),
		position: document.locate([]),
	};
}

function buildNamespace(input: ScenarioInput['spec']['namespaces'][string]): NamespaceSpec {
	return { labels: input.labels ?? {}, mesh: input.mesh ?? 'none', existing: input.existing ?? false };
}

function buildPod(name: string, input: PodInput): PodSpec {
	return {
		namespace: input.namespace,
		labels: input.labels ?? {},
		annotations: input.annotations ?? {},
		serviceAccount: input.serviceAccount,
		hostNetwork: input.hostNetwork ?? false,
		mesh: input.mesh,
		placement: buildPlacement(input),
		listen: (input.listen ?? []).map(expandListen),
		...(input.proxy && { proxy: buildProxy(name, input.proxy) }),
		readiness: input.readiness,
		liveness: input.liveness,
		attemptsAtStart: input.attemptsAtStart ?? false,
		completes: input.completes ?? false,
	};
}

function buildPlacement({ node, onNodeOf, notOnNodeOf }: PodInput): PodSpec['placement'] {
	if (node !== undefined) return { node };
	if (onNodeOf !== undefined) return { onNodeOf };
	return notOnNodeOf === undefined ? undefined : { notOnNodeOf };
}

function buildService(input: ServiceInput): ServiceSpec {
	return {
		namespace: input.namespace,
		selector: input.selector,
		ports: input.ports.map(({ port, targetPort, protocol, name, nodePort }) => ({
			port,
			targetPort: targetPort ?? port,
			protocol: protocol ?? 'tcp',
			name,
			nodePort,
		})),
		type: input.type ?? 'ClusterIP',
		headless: input.headless ?? false,
		externalTrafficPolicy: input.externalTrafficPolicy ?? 'Cluster',
	};
}

function buildExternal(input: NonNullable<ScenarioInput['spec']['external']>[string]): ExternalSpec {
	const { ipv4, ipv6 } = input.addresses ?? {};
	const addresses = { ...(ipv4 !== undefined && { ipv4 }), ...(ipv6 !== undefined && { ipv6 }) };
	return { listen: (input.listen ?? []).map(expandListen), addresses: input.addresses && addresses };
}

function mapValues<A, B>(record: Record<string, A>, change: (value: A) => B): Record<string, B> {
	return Object.fromEntries(Object.entries(record).map(([key, value]) => [key, change(value)]));
}
