import type { Diagnostic } from '../model/diagnostic.ts';
import { type KubernetesObject, policyKindOf, policyKinds } from '../model/policy.ts';
import type { PolicySpec } from '../model/scenario.ts';
import { checkIstioObject } from './check-istio.ts';
import { checkNetworkPolicy } from './check-network-policy.ts';
import type { DocumentPath } from './document-path.ts';
import { istioSchemas } from './istio-schema.ts';
import { envelopeSchema, type NetworkPolicyObject, networkPolicySchema } from './network-policy-schema.ts';
import type { LoadPolicyFile } from './policy-files.ts';
import { rememberPositions } from './policy-positions.ts';
import { type Problems, problemsOf } from './problems.ts';
import type { PolicyInput } from './schema.ts';
import { securityGroupPolicySchema } from './security-group-policy-schema.ts';
import { checkSchema } from './schema-problems.ts';
import { chooseFrom } from './suggest.ts';
import { readYaml, type YamlDocument } from './yaml-document.ts';

/** A policy whose object passed the checks that need nothing else of the scenario. */
export interface ReadPolicy {
	spec: PolicySpec;
	/** Set for NetworkPolicy v1. */
	networkPolicy: NetworkPolicyObject | undefined;
	/** Where the object stands: paths in it count from its root. */
	problems: Problems;
}

/** Reads every policy of a scenario, from its own text or from a file beside it. Faulty ones are reported and left out. */
export function readPolicies(
	inputs: Record<string, PolicyInput>,
	document: YamlDocument,
	loadPolicyFile: LoadPolicyFile,
	diagnostics: Diagnostic[],
): ReadPolicy[] {
	return Object.entries(inputs).flatMap(([name, input]) => {
		const path = ['spec', 'policies', name];
		const problems = problemsOf(document, diagnostics, path);
		if ((input.file === undefined) === (input.object === undefined)) {
			problems.add([], {
				code: 'conflict',
				message: `the policy ${name} needs exactly one of file and object`,
				hint: 'write file: policies/NAME.yaml, or object: with the object itself',
				at: 'key',
			});
			return [];
		}
		const source =
			input.file === undefined
				? { document, path: [...path, 'object'] }
				: openFile(input.file, loadPolicyFile, problems, diagnostics);
		return (source && checkPolicy(name, source, diagnostics)) ?? [];
	});
}

interface PolicySource {
	document: YamlDocument;
	path: DocumentPath;
}

function openFile(
	path: string,
	load: LoadPolicyFile,
	problems: Problems,
	diagnostics: Diagnostic[],
): PolicySource | undefined {
	const loaded = load(path);
	if ('problem' in loaded) {
		problems.add(['file'], { code: loaded.code, message: loaded.problem, hint: loaded.hint });
		return undefined;
	}
	const { documents, diagnostics: found } = readYaml(loaded.text, loaded.file);
	// a file that several policies name is reported once
	diagnostics.push(
		...found.filter(
			(one) =>
				!diagnostics.some(
					(known) =>
						known.file === one.file &&
						known.message === one.message &&
						known.line === one.line &&
						known.column === one.column,
				),
		),
	);
	if (found.length > 0) return undefined;
	const [document] = documents;
	if (document === undefined || documents.length > 1) {
		const message = document === undefined ? `${path} is empty` : `${path} holds ${documents.length} objects`;
		problems.add(['file'], { code: 'policy-file', message, hint: 'a policy file holds exactly one object' });
		return undefined;
	}
	return { document, path: [] };
}

/** Checks one object where it stands; undefined where it has errors, which are added. */
export function checkPolicy(
	name: string,
	{ document, path }: PolicySource,
	diagnostics: Diagnostic[],
): ReadPolicy | undefined {
	const problems = problemsOf(document, diagnostics, path);
	let object: unknown = document.value;
	for (const step of path) object = (object as Record<string | number, unknown>)[step];
	const kind = checkKind(object, problems);
	if (kind === undefined) return undefined;
	const isNetworkPolicy = kind.group === 'networking.k8s.io';
	const isIstio = kind.needs === 'istio';
	const isGroups = kind.needs === 'security-groups-for-pods';
	const schema = isNetworkPolicy
		? networkPolicySchema
		: isGroups
			? securityGroupPolicySchema
			: isIstio
				? istioSchemas[kind.kind]
				: undefined;
	if (checkSchema(schema ?? envelopeSchema, object, problems).length > 0) return undefined;
	const spec = { name, object: object as KubernetesObject, position: document.locate(path) };
	rememberPositions(spec.object, (field) => document.locate([...path, ...field]));
	const networkPolicy = isNetworkPolicy ? (object as NetworkPolicyObject) : undefined;
	const before = diagnostics.length;
	if (networkPolicy) checkNetworkPolicy(networkPolicy, problems);
	if (isIstio) checkIstioObject(spec.object, problems);
	checkScope(spec.object, kind.scope, problems);
	return diagnostics.slice(before).some(({ severity }) => severity === 'error')
		? undefined
		: { spec, networkPolicy, problems };
}

function checkKind(object: unknown, problems: Problems): (typeof policyKinds)[number] | undefined {
	if (object === null || typeof object !== 'object' || Array.isArray(object)) {
		problems.add([], {
			code: 'wrong-type',
			message: 'a policy must be a Kubernetes object',
			hint: 'with apiVersion, kind, metadata and spec',
		});
		return undefined;
	}
	const { apiVersion, kind } = object as Record<string, unknown>;
	for (const [key, value] of Object.entries({ apiVersion, kind })) {
		if (typeof value === 'string') continue;
		const code = value === undefined ? 'missing-key' : 'wrong-type';
		const message = value === undefined ? `the key "${key}" is missing` : `${key} must be text`;
		problems.add(value === undefined ? [] : [key], { code, message, hint: `add ${key}:` });
	}
	if (typeof apiVersion !== 'string' || typeof kind !== 'string') return undefined;
	const known = policyKindOf({ apiVersion, kind });
	if (known) return known;
	const sameKind = policyKinds.filter((entry) => entry.kind === kind).map(({ group }) => group);
	if (sameKind.length > 0) {
		problems.add(['apiVersion'], {
			code: 'policy-kind',
			message: `${apiVersion} has no ${kind} that a scenario may hold`,
			hint: `its group is ${sameKind.join(' or ')}`,
		});
	} else {
		const kinds = [...new Set(policyKinds.map((entry) => entry.kind))];
		problems.add(['kind'], {
			code: 'policy-kind',
			message: `a scenario may not hold objects of kind ${kind}`,
			hint: chooseFrom(kind, kinds, 'allowed kinds'),
		});
	}
	return undefined;
}

function checkScope(object: KubernetesObject, scope: 'namespace' | 'cluster', problems: Problems): void {
	if (scope === 'namespace' && object.metadata.namespace === undefined) {
		problems.add(['metadata'], {
			code: 'missing-key',
			message: 'the key "namespace" is missing',
			hint: 'add one of spec.namespaces: a policy without it would land in the default namespace',
			at: 'key',
		});
	}
	if (scope === 'cluster' && object.metadata.namespace !== undefined) {
		problems.add(['metadata', 'namespace'], {
			code: 'bad-policy',
			message: `${object.kind} is cluster-scoped`,
			hint: 'remove namespace',
			at: 'key',
		});
	}
}
