import { policyKindOf } from '../model/policy.ts';
import { findReferences, type Reference } from '../model/reference.ts';
import { type CheckContext, checkName, checkNode } from './check-context.ts';
import type { DocumentPath } from './document-path.ts';

const grammar =
	'known: $(pods.X.ipv4), $(services.X.ipv4), $(nodes.a.ipv4), $(nodes.of:X.ipv4), $(external.X.ipv4), $(cluster.podCIDRv4), $(external.X.zone), $(securityGroups.X.id), $(token)';

/** Prose, where `$(...)` means nothing. */
const prose = new Set(['description', 'reference', 'reason']);

/** Every `$(...)` must be of the grammar, name something that exists, and stand where it is substituted. */
export function checkReferences(context: CheckContext): void {
	const { spec, policies } = context;
	const sections = Object.entries(spec).filter(([key]) => key !== 'policies' && !prose.has(key));
	for (const [key, value] of sections) {
		visitText(value, [key], (text, path) => {
			const section = key as keyof typeof spec;
			const lists =
				section === 'attempts' || section === 'phases' || section === 'chaos'
					? context.draft.indexes[section]
					: undefined;
			const [, index, ...rest] = path;
			const original = lists && typeof index === 'number' ? [key, lists[index] ?? index, ...rest] : path;
			checkText(context, text, ['spec', ...original], allowedAt(path));
		});
	}
	for (const { spec: policy, networkPolicy, problems } of policies) {
		const isGroups = policyKindOf(policy.object)?.needs === 'security-groups-for-pods';
		visitText(policy.object, [], (text, path) => {
			const inBlock = path.includes('ipBlock') || (networkPolicy === undefined && path[0] === 'spec');
			checkText(
				{ ...context, problems },
				text,
				path,
				isGroups && path.includes('groupIds') ? ['securityGroups'] : inBlock && !isGroups ? addresses : [],
			);
		});
	}
}

const addresses: Reference['kind'][] = ['pods', 'services', 'external', 'nodes', 'cluster'];

function allowedAt(path: DocumentPath): Reference['kind'][] {
	if (path.at(-1) === 'name' && path.at(-2) === 'query') return ['zone', 'token'];
	if (path[0] === 'securityGroups' && path.includes('cidrs')) return addresses;
	// Some engines take a pod's address from its annotations.
	return path[0] === 'pods' && path[2] === 'annotations' ? ['pods'] : [];
}

function visitText(value: unknown, path: DocumentPath, see: (text: string, path: DocumentPath) => void): void {
	if (typeof value === 'string') see(value, path);
	else if (Array.isArray(value)) for (const [index, item] of value.entries()) visitText(item, [...path, index], see);
	else if (typeof value === 'object' && value !== null) {
		for (const [key, child] of Object.entries(value)) if (!prose.has(key)) visitText(child, [...path, key], see);
	}
}

function checkText(
	context: CheckContext,
	text: string,
	path: DocumentPath,
	allowed: readonly Reference['kind'][],
): void {
	const found = findReferences(text);
	const { problems } = context;
	for (const { text: whole, reference } of found) {
		if (reference === undefined)
			problems.add(path, { code: 'bad-reference', message: `${whole} is not a reference`, hint: grammar });
		else if (!allowed.includes(reference.kind)) {
			const hint =
				allowed.length === 0
					? 'addresses stand in ipBlock and in annotations of pods, $(token) in the name of a DNS query'
					: `here: ${allowed.join(', ')}`;
			problems.add(path, { code: 'misplaced-reference', message: `${whole} may not stand here`, hint });
		} else checkExists(context, reference, path);
	}
	const opened = text.split('$(').length - 1;
	if (opened > found.length)
		problems.add(path, { code: 'bad-reference', message: 'a reference is not closed', hint: grammar });
}

function checkExists(context: CheckContext, reference: Reference, path: DocumentPath): void {
	if (reference.kind === 'cluster' || reference.kind === 'token') return;
	if (reference.kind === 'zone') checkName(context, 'external', reference.name, path);
	else if (reference.kind === 'securityGroups') checkName(context, 'securityGroups', reference.name, path);
	else if (reference.kind !== 'nodes') {
		if (!checkName(context, reference.kind, reference.name, path)) return;
		if (reference.kind === 'services' && context.spec.services?.[reference.name]?.headless) {
			context.problems.add(path, {
				code: 'bad-reference',
				message: `the Service ${reference.name} is headless and has no address`,
				hint: 'name the pods behind it',
			});
		}
	} else if (reference.of) checkName(context, 'pods', reference.name, path);
	else checkNode(context, reference.name, path);
}
