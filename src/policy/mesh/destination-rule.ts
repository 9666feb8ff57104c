import { type KubernetesObject, meshRootNamespace } from '../../model/policy.ts';
import { matchesLabels } from '../label-selector.ts';
import type { Labels, PodFacts } from '../world.ts';
import { matchesHost, type MeshObject, meshObject, selectorOf } from './mesh-object.ts';

type ClientTlsMode = 'DISABLE' | 'SIMPLE' | 'MUTUAL' | 'ISTIO_MUTUAL';

/** https://istio.io/latest/docs/reference/config/networking/destination-rule/ */
export interface DestinationRule extends MeshObject {
	/** Complete, or with a leading `*`. */
	host: string;
	/** Undefined: the client's sidecar decides by itself. */
	tls: ClientTlsMode | undefined;
	/** By the port of the Service; one without `tls` inherits nothing. */
	ports: ReadonlyMap<number, ClientTlsMode | undefined>;
	hasPolicy: boolean;
	/** Undefined: every client. */
	selector: Labels | undefined;
	/** Undefined: every namespace. */
	exportTo: readonly string[] | undefined;
}

/** What a client's sidecar does towards a Service, with the object and the field that say so. */
export interface ClientTls {
	/** `auto`: mutual TLS where the server's sidecar accepts it. */
	mode: ClientTlsMode | 'auto' | 'unknown';
	because: string;
}

interface SpecText {
	host?: string;
	trafficPolicy?: TrafficPolicyText;
	workloadSelector?: { matchLabels?: Labels };
	exportTo?: string[];
}

interface TrafficPolicyText {
	tls?: { mode?: ClientTlsMode };
	portLevelSettings?: { port?: { number?: number }; tls?: { mode?: ClientTlsMode } }[];
}

export function readDestinationRule(object: KubernetesObject, created: number): DestinationRule {
	const { host = '', trafficPolicy, workloadSelector, exportTo } = (object.spec ?? {}) as SpecText;
	const base = meshObject(object, created);
	return {
		...base,
		// A short name is completed with the namespace of the rule, not of the Service.
		host: host.includes('.') || host === '*' ? host : `${host}.${base.namespace}.svc.cluster.local`,
		tls: modeOf(trafficPolicy?.tls),
		ports: new Map(
			(trafficPolicy?.portLevelSettings ?? []).map(({ port, tls }) => [port?.number ?? 0, modeOf(tls)] as const),
		),
		hasPolicy: trafficPolicy !== undefined,
		selector: selectorOf(workloadSelector),
		exportTo,
	};
}

/** The rule that counts for a client and a Service, and what it says of one of the Service's ports. */
export function clientTls(
	rules: readonly DestinationRule[],
	client: PodFacts,
	service: { host: string; namespace: string; port: number },
): ClientTls {
	const found = ruleFor(rules, client, service);
	if (!found) return { mode: 'auto', because: 'no DestinationRule says otherwise' };
	if (found.length > 1) {
		const names = found.map(({ name }) => name).join(' and ');
		return { mode: 'unknown', because: `${names} are for the same host, and how they are merged is not evaluated` };
	}
	const [rule] = found;
	if (!rule) return { mode: 'auto', because: 'no DestinationRule says otherwise' };
	// TrafficPolicy.portLevelSettings: settings of a port replace those of the host, and inherit nothing from them.
	const atPort = rule.ports.has(service.port);
	const mode = atPort ? rule.ports.get(service.port) : rule.tls;
	const field = atPort ? `spec.trafficPolicy.portLevelSettings, port ${service.port}` : 'spec.trafficPolicy.tls.mode';
	if (mode === undefined) return { mode: 'auto', because: `${rule.name} says nothing of TLS` };
	return { mode, because: `${rule.name} (${field}: ${mode})` };
}

/**
 * "Destination rule lookup path": the client's namespace, then the Service's, then the root namespace; the first that
 * has any for this host. In it the most specific host, and one that selects the client before one for everybody.
 */
function ruleFor(
	rules: readonly DestinationRule[],
	client: PodFacts,
	service: { host: string; namespace: string },
): DestinationRule[] | undefined {
	for (const namespace of new Set([client.namespace, service.namespace, meshRootNamespace])) {
		const here = rules.filter(
			(rule) =>
				rule.namespace === namespace && rule.hasPolicy && matchesHost(rule.host, service.host) && reaches(rule, client),
		);
		const longest = Math.max(...here.map(({ host }) => specificity(host)));
		const best = here.filter(({ host }) => specificity(host) === longest);
		const selecting = best.filter(({ selector }) => selector !== undefined);
		if (best.length > 0) return selecting.length > 0 ? selecting : best;
	}
	return undefined;
}

function reaches({ namespace, selector, exportTo }: DestinationRule, client: PodFacts): boolean {
	// DestinationRule.workloadSelector selects among the clients of the rule's own namespace.
	if (selector && (namespace !== client.namespace || !matchesLabels({ matchLabels: selector }, client.labels)))
		return false;
	if (namespace === client.namespace || !exportTo || exportTo.length === 0) return true;
	return exportTo.includes('*') || exportTo.includes(client.namespace);
}

function specificity(host: string): number {
	return host.startsWith('*') ? host.length : Number.MAX_SAFE_INTEGER;
}

function modeOf(tls: { mode?: ClientTlsMode } | undefined): ClientTlsMode | undefined {
	// ClientTLSSettings.TLSmode: DISABLE is the first, which an absent one stands for.
	return tls && (tls.mode ?? 'DISABLE');
}
