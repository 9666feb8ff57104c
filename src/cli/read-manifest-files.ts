import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { Diagnostic } from '../model/diagnostic.ts';
import { GatecrashError } from '../model/gatecrash-error.ts';
import { isRecord } from '../model/is-record.ts';
import { type KubernetesObject, policyKindOf } from '../model/policy.ts';
import { checkPolicy } from '../scenario/read-policies.ts';
import { readYaml, type YamlDocument } from '../scenario/yaml-document.ts';

/** Every Kubernetes object of the files, folders and lists; policies have passed the checks of scenario files. */
export function readManifestFiles(paths: readonly string[]): {
	objects: KubernetesObject[];
	diagnostics: Diagnostic[];
} {
	const objects: KubernetesObject[] = [];
	const diagnostics: Diagnostic[] = [];
	for (const file of paths.flatMap(filesOf)) {
		const read = readYaml(textOf(file), file === '-' ? 'standard input' : file);
		diagnostics.push(...read.diagnostics);
		for (const document of read.documents) if (document.sound) addObject(document, [], objects, diagnostics);
	}
	return { objects, diagnostics };
}

function addObject(
	document: YamlDocument,
	path: (string | number)[],
	objects: KubernetesObject[],
	diagnostics: Diagnostic[],
): void {
	const value = path.reduce<unknown>((node, key) => (node as Record<string | number, unknown>)[key], document.value);
	const isObject = isRecord(value) && typeof value['kind'] === 'string' && typeof value['apiVersion'] === 'string';
	if (isObject && Array.isArray(value['items'])) {
		for (const index of value['items'].keys()) addObject(document, [...path, 'items', index], objects, diagnostics);
		return;
	}
	if (!isObject || !isRecord(value['metadata']) || typeof value['metadata']['name'] !== 'string') {
		const message = 'this is no Kubernetes object with apiVersion, kind and metadata.name';
		const hint = 'name manifests as kubectl apply takes them';
		diagnostics.push({ code: 'not-a-manifest', message, hint, severity: 'error', ...document.locate(path) });
		return;
	}
	const object = withoutServerFields(value as unknown as KubernetesObject);
	if (!policyKindOf(object)) {
		objects.push(object);
		return;
	}
	// As the API server takes an object without a namespace.
	if (policyKindOf(object)?.scope === 'namespace') object.metadata.namespace ??= 'default';
	const checked = checkPolicy(
		object.metadata.name,
		{ document: { ...document, value: placed(object, path) }, path },
		diagnostics,
	);
	if (checked) objects.push(object);
}

/** The object where it stood, so that mistakes are shown there. */
function placed(object: KubernetesObject, path: readonly (string | number)[]): unknown {
	return path.reduceRight<unknown>((inner, key) => {
		if (typeof key === 'string') return { [key]: inner };
		const list: unknown[] = [];
		list[key] = inner;
		return list;
	}, object);
}

/** What the API server and kubectl add says nothing of what is meant. */
export function withoutServerFields({ apiVersion, kind, metadata, spec }: KubernetesObject): KubernetesObject {
	const { name, namespace, labels, annotations } = metadata;
	return {
		...{ apiVersion, kind },
		metadata: {
			name,
			...(namespace !== undefined && { namespace }),
			...(labels && { labels }),
			...(annotations && { annotations }),
		},
		...(spec !== undefined && { spec }),
	};
}

function filesOf(path: string): string[] {
	if (path === '-') return [path];
	try {
		if (!statSync(path).isDirectory()) return [path];
		return readdirSync(path, { recursive: true, encoding: 'utf8' })
			.filter((name) => /\.(?:ya?ml|json)$/.test(name))
			.sort()
			.map((name) => join(path, name));
	} catch (cause) {
		throw new GatecrashError('GC_USAGE', `${path} can’t be read`, {
			cause,
			hint: 'name a file or a folder that is there',
		});
	}
}

function textOf(file: string): string {
	try {
		return readFileSync(file === '-' ? 0 : file, 'utf8');
	} catch (cause) {
		throw new GatecrashError('GC_USAGE', `${file} can’t be read`, { cause, hint: 'name a file that is there' });
	}
}
