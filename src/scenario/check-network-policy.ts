import { checkCidr } from './check-cidr.ts';
import type { DocumentPath } from './document-path.ts';
import type {
	LabelSelector,
	NetworkPolicyObject,
	NetworkPolicyPeer,
	NetworkPolicyPort,
} from './network-policy-schema.ts';
import type { Problems } from './problems.ts';

/** What the API server refuses beyond the object's structure. Works on whatever part of the object is sound. */
export function checkNetworkPolicy(policy: NetworkPolicyObject, problems: Problems): void {
	const { spec } = policy;
	checkSelector(spec.podSelector, ['spec', 'podSelector'], problems);
	const types = spec.policyTypes ?? [];
	if (new Set(types).size < types.length) {
		problems.add(['spec', 'policyTypes'], {
			code: 'bad-policy',
			message: 'a policy type stands twice',
			hint: 'write each once',
		});
	}
	if (spec.policyTypes !== undefined && types.length > 0) {
		for (const [type, key] of [
			['Ingress', 'ingress'],
			['Egress', 'egress'],
		] as const) {
			if (spec[key] === undefined || types.includes(type)) continue;
			const message = `${key} rules have no effect: policyTypes doesn’t name ${type}`;
			problems.add(['spec', key], { code: 'bad-policy', message, hint: `add ${type} to policyTypes`, at: 'key' });
		}
	}
	for (const [index, rule] of (spec.ingress ?? []).entries()) {
		checkRule(rule.from, rule.ports, 'from', ['spec', 'ingress', index], problems);
	}
	for (const [index, rule] of (spec.egress ?? []).entries()) {
		checkRule(rule.to, rule.ports, 'to', ['spec', 'egress', index], problems);
	}
}

function checkRule(
	peers: NetworkPolicyPeer[] | undefined,
	ports: NetworkPolicyPort[] | undefined,
	key: 'from' | 'to',
	path: DocumentPath,
	problems: Problems,
): void {
	for (const [index, peer] of (peers ?? []).entries()) checkPeer(peer, [...path, key, index], problems);
	for (const [index, port] of (ports ?? []).entries()) checkPort(port, [...path, 'ports', index], problems);
}

function checkPeer(peer: NetworkPolicyPeer, path: DocumentPath, problems: Problems): void {
	const { podSelector, namespaceSelector, ipBlock } = peer;
	if (podSelector === undefined && namespaceSelector === undefined && ipBlock === undefined) {
		const hint = 'add podSelector, namespaceSelector or ipBlock; to mean everybody, leave the list out';
		problems.add(path, { code: 'bad-policy', message: 'a peer that names nobody', hint });
	}
	if (podSelector) checkSelector(podSelector, [...path, 'podSelector'], problems);
	if (namespaceSelector) checkSelector(namespaceSelector, [...path, 'namespaceSelector'], problems);
	if (!ipBlock) return;
	if (podSelector !== undefined || namespaceSelector !== undefined) {
		const hint = 'make two items of the list: either of them then matches';
		problems.add([...path, 'ipBlock'], {
			code: 'bad-policy',
			message: 'ipBlock may not stand beside a selector',
			hint,
			at: 'key',
		});
	}
	checkCidr(ipBlock.cidr, ipBlock.except ?? [], [...path, 'ipBlock'], problems);
}

function checkPort({ port, endPort }: NetworkPolicyPort, path: DocumentPath, problems: Problems): void {
	if (endPort === undefined) return;
	const add = (message: string, hint: string): void => {
		problems.add([...path, 'endPort'], { code: 'bad-policy', message, hint });
	};
	if (port === undefined) add('endPort needs port', 'add the first port of the range');
	else if (typeof port === 'string') add('endPort may not stand beside a named port', 'write port as a number');
	else if (endPort < port)
		add(`endPort ${endPort} is below port ${port}`, 'the range goes from port to endPort, both included');
}

/** https://kubernetes.io/docs/concepts/overview/working-with-objects/labels/#resources-that-support-set-based-requirements */
export function checkSelector(selector: LabelSelector, path: DocumentPath, problems: Problems): void {
	for (const [index, { operator, values }] of (selector.matchExpressions ?? []).entries()) {
		const at = [...path, 'matchExpressions', index];
		const needsValues = operator === 'In' || operator === 'NotIn';
		if (needsValues && (values ?? []).length === 0) {
			problems.add(at, {
				code: 'bad-policy',
				message: `the operator ${operator} needs values`,
				hint: 'add values: [...]',
			});
		}
		if (!needsValues && (values ?? []).length > 0) {
			problems.add([...at, 'values'], {
				code: 'bad-policy',
				message: `the operator ${operator} takes no values`,
				hint: 'use In or NotIn to compare values',
			});
		}
	}
}
