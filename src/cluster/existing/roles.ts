import { stringify } from 'yaml';
import { GatecrashError } from '../../model/gatecrash-error.ts';
import type { Right } from './rights.ts';

export interface Subject {
	kind: 'ServiceAccount' | 'User' | 'Group';
	name: string;
	namespace?: string;
	apiGroup?: string;
}

/** `serviceaccount/NAMESPACE/NAME`, `user/NAME`, `group/NAME`. @throws GatecrashError GC_USAGE. */
export function readSubject(text: string): Subject {
	const [kind = '', ...rest] = text.split('/');
	const [namespace, account] = rest;
	if (kind === 'serviceaccount' && rest.length === 2 && namespace && account) {
		return { kind: 'ServiceAccount', name: account, namespace };
	}
	const name = rest.join('/');
	if (kind === 'user' && name) return { kind: 'User', name, apiGroup: 'rbac.authorization.k8s.io' };
	if (kind === 'group' && name) return { kind: 'Group', name, apiGroup: 'rbac.authorization.k8s.io' };
	throw new GatecrashError('GC_USAGE', `--subject: "${text}" is no subject`, {
		hint: 'write serviceaccount/NAMESPACE/NAME, user/NAME or group/NAME',
	});
}

export interface RoleRequest {
	name: string;
	subject: Subject;
	rights: readonly Right[];
	/** What reports are made richer with; a role of its own, which may be left out. */
	facts: readonly Right[];
}

/** Roles and bindings as YAML for `kubectl apply`: a ClusterRole for what has no fixed namespace, a Role for each existing one. */
export function renderRoles({ name, subject, rights, facts }: RoleRequest): string {
	const objects = [...rolesOf(name, subject, rights), ...rolesOf(`${name}-facts`, subject, facts)];
	return objects.map((object) => stringify(object, { lineWidth: 0 })).join('---\n');
}

function rolesOf(name: string, subject: Subject, rights: readonly Right[]): object[] {
	const namespaces = [...new Set(rights.map(({ namespace }) => namespace))];
	return namespaces.flatMap((namespace) =>
		roleAndBinding(
			name,
			namespace,
			subject,
			rights.filter((right) => right.namespace === namespace),
		),
	);
}

function roleAndBinding(
	name: string,
	namespace: string | undefined,
	subject: Subject,
	rights: readonly Right[],
): object[] {
	const apiVersion = 'rbac.authorization.k8s.io/v1';
	const metadata = { name, ...(namespace !== undefined && { namespace }) };
	const kind = namespace === undefined ? 'ClusterRole' : 'Role';
	return [
		{ apiVersion, kind, metadata, rules: rights.map(ruleOf) },
		{
			apiVersion,
			kind: `${kind}Binding`,
			metadata,
			roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind, name },
			subjects: [subject],
		},
	];
}

function ruleOf({ group, resource, verbs }: Right): object {
	return { apiGroups: [group], resources: [resource], verbs };
}
