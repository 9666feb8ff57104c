import type { ListenSpec, TargetRef } from '../model/scenario.ts';
import { portsOf } from './build-proxy.ts';
import { type CheckContext, checkName, checkNode } from './check-context.ts';
import type { DocumentPath } from './document-path.ts';
import { expandListen } from './short-forms.ts';

type Port = Pick<ListenSpec, 'port' | 'protocol' | 'name'>;

/** The target exists, and listens on what is attempted: towards a dead port "blocked" could never be proved. */
export function checkTarget(context: CheckContext, target: TargetRef, path: DocumentPath): void {
	const { spec } = context;
	switch (target.kind) {
		case 'pod':
			if (checkName(context, 'pods', target.name, path) && Object.hasOwn(spec.pods, target.name)) {
				checkPort(context, target, portsOf(spec, target.name), path, 'listen');
			}
			return;
		case 'external': {
			if (!checkName(context, 'external', target.name, path)) return;
			const external = spec.external?.[target.name];
			const listen = (external?.listen ?? []).map(expandListen);
			// what listens at a foreign address is not ours to say
			if (external && (external.addresses === undefined || listen.length > 0))
				checkPort(context, target, listen, path, 'listen');
			return;
		}
		case 'service':
		case 'nodePort':
		case 'loadBalancer':
			if (checkName(context, 'services', target.name, path)) checkServiceTarget(context, target, path);
			return;
		case 'node':
			checkNode(context, target.name, path);
			if (target.port === undefined) {
				context.problems.add(path, {
					code: 'missing-port',
					message: 'a node needs a port',
					hint: `for example node/${target.name}:10250`,
				});
			}
			return;
		default:
	}
}

function checkServiceTarget(context: CheckContext, target: TargetRef, path: DocumentPath): void {
	const service = context.spec.services?.[target.name];
	if (!service) return;
	const type = service.type ?? 'ClusterIP';
	const wanted = target.kind === 'nodePort' ? ['NodePort', 'LoadBalancer'] : ['LoadBalancer'];
	if (target.kind !== 'service' && !wanted.includes(type)) {
		context.problems.add(path, {
			code: 'conflict',
			message: `the Service ${target.name} is of type ${type}`,
			hint: `add type: ${wanted[0]}`,
		});
		return;
	}
	const ports = service.ports.map(({ port, protocol = 'tcp', name }): Port => ({ port, protocol, name }));
	checkPort(context, target, ports, path, 'ports');
}

function checkPort(
	{ problems }: CheckContext,
	target: TargetRef,
	ports: readonly Port[],
	path: DocumentPath,
	key: 'listen' | 'ports',
): void {
	const { name, port, protocol } = target;
	if (port === undefined) {
		if (ports.length === 0)
			problems.add(path, { code: 'missing-port', message: `${name} listens on no port`, hint: `add ${key} to it` });
		return;
	}
	const wanted = protocol ?? (typeof port === 'number' ? 'tcp' : undefined);
	if (
		ports.some((one) => (one.port === port || one.name === port) && (wanted === undefined || one.protocol === wanted))
	)
		return;
	const shown =
		wanted === undefined || (protocol === undefined && typeof port === 'string') ? String(port) : `${port}/${wanted}`;
	const other = ports.find((one) => one.port === port || one.name === port);
	const have = ports
		.map((one) => `${one.port}/${one.protocol}${one.name === undefined ? '' : ` (${one.name})`}`)
		.join(', ');
	const hint = other
		? `did you mean :${port}/${other.protocol}?`
		: ports.length === 0
			? `add ${key} to ${name}`
			: `it has ${have}`;
	problems.add(path, { code: 'unknown-port', message: `${name} has no port ${shown}`, hint });
}
