import { parseAllDocuments } from 'yaml';
import { GatecrashError } from '../../model/gatecrash-error.ts';
import { isRecord } from '../../model/is-record.ts';
import type { KubernetesObject } from '../../model/policy.ts';
import type { AddOn, ManifestPatch, ObjectSelector } from '../add-on.ts';

/**
 * The objects that an add-on installs, in the order in which they have to be made.
 * @throws GatecrashError GC_CLUSTER when the manifest is no YAML, or a patch or omission matches nothing in it.
 */
export function manifestObjects(addOn: AddOn, text: string): KubernetesObject[] {
	const all = [...addOn.namespaces.map(namespaceNamed), ...parseManifest(addOn, text)];
	const omitted = new Set(addOn.omit.flatMap((selector) => matching(addOn, all, selector, 'omit')));
	let objects = all.filter((object) => !omitted.has(object));
	for (const patch of addOn.patches) {
		const targets = new Set(matching(addOn, objects, patch.target, 'patches'));
		objects = objects.map((object) => (targets.has(object) ? applyPatch(addOn, object, patch) : object));
	}
	return objects.sort((one, other) => rank(one) - rank(other));
}

function namespaceNamed(name: string): KubernetesObject {
	return { apiVersion: 'v1', kind: 'Namespace', metadata: { name } };
}

function parseManifest(addOn: AddOn, text: string): KubernetesObject[] {
	const documents = [...parseAllDocuments(text)];
	const broken = documents.flatMap(({ errors }) => errors)[0];
	if (broken)
		throw new GatecrashError('GC_CLUSTER', `The manifest of add-on ${addOn.name} is no YAML: ${broken.message}`);
	return documents.map((document) => document.toJS() as KubernetesObject | null).filter((object) => object !== null);
}

/** Namespaces and the definitions of kinds come before what needs them. */
function rank({ kind }: KubernetesObject): number {
	return ['Namespace', 'CustomResourceDefinition'].includes(kind) ? 0 : 1;
}

function matching(
	addOn: AddOn,
	objects: KubernetesObject[],
	selector: ObjectSelector,
	where: string,
): KubernetesObject[] {
	const found = objects.filter(
		({ kind, metadata }) =>
			kind === selector.kind &&
			(selector.name === undefined || selector.name === metadata.name) &&
			(selector.namespace === undefined || selector.namespace === metadata.namespace),
	);
	if (found.length > 0) return found;
	const wanted = `${selector.kind} ${selector.name ?? ''}`.trim();
	throw new GatecrashError('GC_CLUSTER', `Add-on ${addOn.name}: ${where}: there is no ${wanted} in the manifest.`);
}

function applyPatch(addOn: AddOn, object: KubernetesObject, patch: ManifestPatch): KubernetesObject {
	if ('merge' in patch) return mergePatch(object, patch.merge) as KubernetesObject;
	const { path, text, by } = patch.replaceText;
	const keys = path.split('.');
	const before = keys.reduce<unknown>((node, key) => (isRecord(node) ? node[key] : undefined), object);
	const pieces = typeof before === 'string' ? before.split(text) : [];
	if (pieces.length !== 2) {
		const found = pieces.length === 0 ? 'is no text' : `has "${text}" ${pieces.length - 1} times, not once`;
		throw new GatecrashError(
			'GC_CLUSTER',
			`Add-on ${addOn.name}: ${path} of ${object.kind} ${object.metadata.name} ${found}.`,
		);
	}
	const nested = keys.reduceRight<unknown>((value, key) => ({ [key]: value }), pieces.join(by));
	return mergePatch(object, nested) as KubernetesObject;
}

/** RFC 7396, but lists whose items all have a `name` are merged by it. */
export function mergePatch(target: unknown, patch: unknown): unknown {
	if (Array.isArray(patch) && Array.isArray(target) && patch.every(isNamed) && target.every(isNamed)) {
		const added = patch.filter(({ name }) => !target.some((item) => item.name === name));
		const kept = target.map((item) => {
			const change = patch.find(({ name }) => name === item.name);
			return change ? mergePatch(item, change) : item;
		});
		return [...kept, ...added];
	}
	if (!isRecord(patch)) return patch;
	const merged: Record<string, unknown> = isRecord(target) ? { ...target } : {};
	for (const [key, value] of Object.entries(patch)) {
		if (value === null) delete merged[key];
		else merged[key] = mergePatch(merged[key], value);
	}
	return merged;
}

function isNamed(value: unknown): value is { name: string } {
	return isRecord(value) && typeof value.name === 'string';
}
