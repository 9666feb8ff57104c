import type { Protocol } from '../model/address.ts';
import { isRecord } from '../model/is-record.ts';
import type { KubernetesObject } from '../model/policy.ts';
import { type LabelSelector, matchesLabels } from '../policy/label-selector.ts';
import type { PodFacts } from '../policy/world.ts';
import type { PeerText } from './network-policy/peer-mutants.ts';

/** Whether a NetworkPolicy selects a pod; other objects may act on whatever there is. */
export function mayActOn({ kind, metadata, spec }: KubernetesObject, pod: PodFacts): boolean {
	if (kind !== 'NetworkPolicy') return true;
	if ((metadata.namespace ?? 'default') !== pod.namespace) return false;
	return matchesLabels(subjectOfPolicy(spec), pod.labels);
}

export function subjectOfPolicy(spec: unknown): LabelSelector {
	const selector = isRecord(spec) ? (spec['podSelector'] ?? spec['selector'] ?? spec['workloadSelector']) : undefined;
	const { matchLabels, matchExpressions, labels } = (selector ?? {}) as LabelSelector & {
		labels?: Record<string, string>;
	};
	return {
		...((matchLabels ?? labels) && { matchLabels: matchLabels ?? labels ?? {} }),
		...(matchExpressions && { matchExpressions }),
	};
}

/** Peers of a NetworkPolicy's rules. */
export function peersOf({ kind, spec }: KubernetesObject): PeerText[] {
	if (kind !== 'NetworkPolicy' || !isRecord(spec)) return [];
	return rulesOf(spec).flatMap((rule) => [...list(rule['from']), ...list(rule['to'])]) as PeerText[];
}

/** Ports that a NetworkPolicy's rules name, by their name; with the first protocol where there are several. */
export function namedPortsOf({ kind, spec }: KubernetesObject): Map<string, Protocol> {
	const named = new Map<string, Protocol>();
	if (kind !== 'NetworkPolicy' || !isRecord(spec)) return named;
	for (const { port, protocol } of rulesOf(spec).flatMap((rule) => list(rule['ports']))) {
		if (typeof port !== 'string' || named.has(port)) continue;
		named.set(port, protocol === 'UDP' ? 'udp' : protocol === 'SCTP' ? 'sctp' : 'tcp');
	}
	return named;
}

function rulesOf(spec: Record<string, unknown>): Record<string, unknown>[] {
	return [...list(spec['ingress']), ...list(spec['egress'])];
}

function list(value: unknown): Record<string, unknown>[] {
	return Array.isArray(value) ? value.filter(isRecord) : [];
}
