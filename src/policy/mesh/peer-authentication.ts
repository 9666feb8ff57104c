import { type KubernetesObject, meshRootNamespace } from '../../model/policy.ts';
import { matchesLabels } from '../label-selector.ts';
import type { Labels, PodFacts } from '../world.ts';
import { type MeshObject, meshObject, selectorOf } from './mesh-object.ts';

export type MutualTlsMode = 'DISABLE' | 'PERMISSIVE' | 'STRICT';

/** https://istio.io/latest/docs/reference/config/security/peer_authentication/ */
export interface PeerAuthentication extends MeshObject {
	/** Undefined: every workload of its namespace, or of the mesh. */
	selector: Labels | undefined;
	/** Undefined: UNSET, so that the parent's counts. */
	mode: MutualTlsMode | undefined;
	/** By the port of the workload, not of a Service. */
	ports: ReadonlyMap<number, MutualTlsMode | undefined>;
}

/** A mode with the object and the field that set it. */
export interface DecidedMode {
	mode: MutualTlsMode;
	because: string;
}

/** What is in force on one port of a workload. */
export interface PortMode {
	/** More than one where it isn't certain which. */
	readings: [DecidedMode, ...DecidedMode[]];
	/** Which of them holds depends on the clock (`unknown`), or is said differently in two places (`open`). */
	doubt: { truth: 'unknown' | 'open'; why: string } | undefined;
}

interface SpecText {
	selector?: { matchLabels?: Labels };
	mtls?: { mode?: string } | null;
	portLevelMtls?: Record<string, { mode?: string } | null>;
}

export function readPeerAuthentication(object: KubernetesObject, created: number): PeerAuthentication {
	const { selector, mtls, portLevelMtls } = (object.spec ?? {}) as SpecText;
	const labels = selectorOf(selector);
	return {
		...meshObject(object, created),
		selector: labels,
		mode: modeOf(mtls),
		// portLevelMtls counts beside a selector only.
		ports: new Map(
			labels ? Object.entries(portLevelMtls ?? {}).map(([port, entry]) => [Number(port), modeOf(entry)]) : [],
		),
	};
}

/**
 * Concepts page "Security", "Selector field": the narrowest matching policy of workload, namespace and mesh; within one
 * scope the oldest; a mode that is unset is inherited; without any, PERMISSIVE. `bound`: some Service leads to the port.
 */
export function modeOn(policies: readonly PeerAuthentication[], pod: PodFacts, port: number, bound: boolean): PortMode {
	const local = policies.filter((one) => one.namespace === pod.namespace && one.namespace !== meshRootNamespace);
	// With a selector in the root namespace it selects nothing: workload-specific ones stand in regular namespaces.
	const scopes = [
		policies.filter((one) => one.namespace === meshRootNamespace && !one.selector),
		local.filter((one) => !one.selector),
		local.filter((one) => one.selector && matchesLabels({ matchLabels: one.selector }, pod.labels)),
	].map(oldest);
	const readings: DecidedMode[] = [];
	let doubt: PortMode['doubt'];
	for (const mesh of scopes[0] ?? []) {
		for (const namespace of scopes[1] ?? []) {
			for (const workload of scopes[2] ?? []) {
				const inherited = inherit([mesh, namespace, workload]);
				const own = workload?.ports.get(port);
				if (!workload || own === undefined) {
					readings.push(inherited);
					continue;
				}
				const because = `${workload.name} (spec.portLevelMtls.${port}.mode: ${own})`;
				readings.push({ mode: own, because });
				// The task "Authentication Policy" has Istio ignore such an entry; istiod heeds it (pass-through filter chains).
				if (bound || own === inherited.mode) continue;
				readings.push(inherited);
				doubt = { truth: 'open', why: `no Service leads to port ${port}, and then ${because} may be ignored` };
			}
		}
	}
	const young = scopes.find((scope) => scope.length > 1)?.[1];
	if (young) doubt = { truth: 'unknown', why: `${young.name} may be as old as another policy of its scope` };
	const [first = inherit([]), ...others] = readings;
	return { readings: [first, ...others], doubt };
}

/**
 * The one that counts; two where several were created in one step: creation times have seconds, and among equals Istio
 * takes the first by name.
 */
function oldest(policies: readonly PeerAuthentication[]): (PeerAuthentication | undefined)[] {
	const [first] = policies.toSorted((a, b) => a.created - b.created);
	if (!first) return [undefined];
	const equals = policies.filter(({ created }) => Math.floor(created) === Math.floor(first.created));
	const [byName = first] = equals.toSorted((a, b) => (a.name < b.name ? -1 : 1));
	return byName === first ? [first] : [first, byName];
}

function inherit(scopes: readonly (PeerAuthentication | undefined)[]): DecidedMode {
	const narrowest = scopes.findLast((policy) => policy?.mode !== undefined);
	if (!narrowest?.mode)
		return { mode: 'PERMISSIVE', because: 'no PeerAuthentication sets a mode, so that it is PERMISSIVE' };
	return { mode: narrowest.mode, because: `${narrowest.name} (spec.mtls.mode: ${narrowest.mode})` };
}

function modeOf(entry: { mode?: string } | null | undefined): MutualTlsMode | undefined {
	const mode = entry?.mode;
	return mode === 'DISABLE' || mode === 'PERMISSIVE' || mode === 'STRICT' ? mode : undefined;
}
