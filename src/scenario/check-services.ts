import { portsOf } from './build-proxy.ts';
import { type CheckContext, checkName } from './check-context.ts';
import type { DocumentPath } from './document-path.ts';
import { labelStates, selectedPods } from './label-states.ts';
import type { ServiceInput } from './schema.ts';

export function checkServices(context: CheckContext): void {
	const { spec, problems, draft } = context;
	for (const [name, service] of Object.entries(spec.services ?? {})) {
		const path = ['spec', 'services', name];
		checkPorts(context, service, path);
		if (service.headless === true && service.type !== undefined && service.type !== 'ClusterIP') {
			problems.add([...path, 'headless'], {
				code: 'conflict',
				message: `a ${service.type} Service can’t be headless`,
				hint: 'remove type, or headless',
				at: 'key',
			});
		}
		if (!checkName(context, 'namespaces', service.namespace, [...path, 'namespace'])) continue;
		if (Object.keys(service.selector).length === 0) {
			problems.add([...path, 'selector'], {
				code: 'selects-nothing',
				message: 'a Service without a selector has no pods behind it',
				hint: 'name their labels',
			});
			continue;
		}
		if (draft.partial) continue;
		const pods = selectedPods(
			spec,
			labelStates(spec),
			{ matchLabels: service.selector },
			(namespace) => namespace === service.namespace,
		);
		if (pods.length === 0) {
			const message = `the selector matches no pod in the namespace ${service.namespace}, at any time`;
			problems.add([...path, 'selector'], {
				code: 'selects-nothing',
				message,
				hint: 'is a label misspelt, or the pod in another namespace?',
			});
		} else checkTargetPorts(context, service, pods, path);
	}
}

function checkPorts({ problems }: CheckContext, { ports, type }: ServiceInput, path: DocumentPath): void {
	const seen = new Set<string>();
	const names = new Set<string>();
	for (const [index, { port, protocol = 'tcp', name, nodePort }] of ports.entries()) {
		const at = [...path, 'ports', index];
		if (seen.has(`${port}/${protocol}`))
			problems.add(at, { code: 'conflict', message: `${port}/${protocol} stands twice`, hint: 'remove one of them' });
		if (ports.length > 1 && name === undefined)
			problems.add(at, {
				code: 'missing-key',
				message: 'the key "name" is missing',
				hint: 'Kubernetes asks for names when a Service has several ports',
			});
		if (name !== undefined && names.has(name))
			problems.add([...at, 'name'], {
				code: 'conflict',
				message: `another port is named ${name} already`,
				hint: 'port names are unique in a Service',
			});
		if (nodePort !== undefined && (type ?? 'ClusterIP') === 'ClusterIP') {
			problems.add([...at, 'nodePort'], {
				code: 'conflict',
				message: 'a ClusterIP Service has no nodePort',
				hint: 'add type: NodePort',
				at: 'key',
			});
		}
		seen.add(`${port}/${protocol}`);
		if (name !== undefined) names.add(name);
	}
}

/** A port that no pod behind the Service listens on is dead: "blocked" could never be told from it. */
function checkTargetPorts(
	{ spec, problems }: CheckContext,
	service: ServiceInput,
	pods: string[],
	path: DocumentPath,
): void {
	const listen = pods.flatMap((pod) => portsOf(spec, pod));
	for (const [index, { port, targetPort = port, protocol = 'tcp' }] of service.ports.entries()) {
		const behind = listen.filter(
			(one) => one.protocol === protocol && (one.port === targetPort || one.name === targetPort),
		);
		if (new Set(behind.map(({ first }) => first)).size > 1) {
			problems.add([...path, 'ports', index], {
				code: 'conflict',
				message: `of the pods behind the Service some speak first on ${targetPort}/${protocol} and some don’t`,
				hint: 'a client has to know whether to wait: make them alike, or use a Service for each',
			});
		}
		if (behind.length > 0) continue;
		const message = `no pod behind the Service listens on ${targetPort}/${protocol}`;
		const hint = `add it to listen of ${pods.slice(0, 3).join(', ')}`;
		problems.add([...path, 'ports', index], { code: 'unknown-name', message, hint });
	}
}
