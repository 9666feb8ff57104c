import { type CheckContext, checkName } from './check-context.ts';
import type { DocumentPath } from './document-path.ts';
import type { PodInput } from './schema.ts';
import { reservedPodNames } from './schema-names.ts';
import { expandListen } from './short-forms.ts';
import type { Problems } from './problems.ts';

export function checkPods(context: CheckContext): void {
	const { spec, problems } = context;
	for (const [name, pod] of Object.entries(spec.pods)) {
		const path = ['spec', 'pods', name];
		if (reservedPodNames.some((word) => word === name)) {
			problems.add(path, {
				code: 'bad-name',
				message: `a pod may not be named ${name}`,
				hint: 'attempts use this word for something else',
				at: 'key',
			});
		}
		checkName(context, 'namespaces', pod.namespace, [...path, 'namespace']);
		checkPlacement(context, name, pod, path);
		checkListen(pod.listen ?? [], [...path, 'listen'], problems);
		checkKubeletProbe(pod, 'readiness', path, problems);
		checkKubeletProbe(pod, 'liveness', path, problems);
	}
	for (const [name, { listen }] of Object.entries(spec.external ?? {})) {
		checkListen(listen ?? [], ['spec', 'external', name, 'listen'], problems);
		checkExternalAddresses(context, name);
	}
	checkHostPorts(context);
}

function checkExternalAddresses({ spec, problems }: CheckContext, name: string): void {
	const addresses = spec.external?.[name]?.addresses;
	if (addresses === undefined || addresses.ipv4 !== undefined || addresses.ipv6 !== undefined) return;
	problems.add(['spec', 'external', name, 'addresses'], {
		code: 'missing-key',
		message: 'addresses holds none',
		hint: 'add ipv4 or ipv6, or leave addresses out',
	});
}

function checkPlacement(context: CheckContext, name: string, pod: PodInput, path: DocumentPath): void {
	const given = (['node', 'onNodeOf', 'notOnNodeOf'] as const).filter((key) => pod[key] !== undefined);
	const [, second] = given;
	if (second !== undefined) {
		context.problems.add([...path, second], {
			code: 'conflict',
			message: `${given.join(' and ')} exclude each other`,
			hint: 'keep one of them',
			at: 'key',
		});
	}
	for (const key of ['onNodeOf', 'notOnNodeOf'] as const) {
		const other = pod[key];
		if (other === undefined || !checkName(context, 'pods', other, [...path, key])) continue;
		if (other === name || followsItself(context.spec.pods, name)) {
			context.problems.add([...path, key], {
				code: 'conflict',
				message: `the place of ${name} depends on itself`,
				hint: 'give one of the pods a node',
			});
		}
	}
}

function followsItself(pods: Record<string, PodInput>, start: string): boolean {
	const seen = new Set<string>();
	for (let at: string | undefined = start; at !== undefined && Object.hasOwn(pods, at) && seen.size < 1000; ) {
		if (seen.has(at)) return at === start;
		seen.add(at);
		at = pods[at]?.onNodeOf ?? pods[at]?.notOnNodeOf;
	}
	return false;
}

function checkListen(items: NonNullable<PodInput['listen']>, path: DocumentPath, problems: Problems): void {
	const ports = new Set<string>();
	const names = new Set<string>();
	for (const [index, item] of items.entries()) {
		const { port, protocol, name, speaks, first } = expandListen(item);
		const at = [...path, index];
		if (port > 65535)
			problems.add(at, { code: 'bad-value', message: `the port ${port} is too large`, hint: 'at most 65535' });
		if (ports.has(`${port}/${protocol}`))
			problems.add(at, { code: 'conflict', message: `${port}/${protocol} stands twice`, hint: 'remove one of them' });
		if (name !== undefined && names.has(name))
			problems.add([...at, 'name'], {
				code: 'conflict',
				message: `another port is named ${name} already`,
				hint: 'port names are unique in a pod',
			});
		if ((speaks === 'http' ? 'tcp' : speaks) !== protocol) {
			problems.add([...at, 'speaks'], {
				code: 'conflict',
				message: `${speaks} can’t be spoken over ${protocol}`,
				hint: 'make protocol and speaks agree',
			});
		}
		if (first === 'server' && speaks !== 'tcp') {
			problems.add([...at, 'first'], {
				code: 'conflict',
				message: `servers speak first in lines over TCP only, and this is ${speaks}`,
				hint: 'remove first, or let it speak tcp',
				at: 'key',
			});
		}
		ports.add(`${port}/${protocol}`);
		if (name !== undefined) names.add(name);
	}
}

function checkKubeletProbe(pod: PodInput, key: 'readiness' | 'liveness', path: DocumentPath, problems: Problems): void {
	const probe = pod[key];
	const listen = (pod.listen ?? []).map(expandListen);
	for (const way of ['httpGet', 'tcpSocket', 'grpc'] as const) {
		const port = probe?.[way]?.port;
		if (port === undefined || listen.some((one) => one.protocol === 'tcp' && (one.port === port || one.name === port)))
			continue;
		problems.add([...path, key, way, 'port'], {
			code: 'unknown-name',
			message: `the pod doesn’t listen on ${port}/tcp`,
			hint: 'add it to listen',
		});
	}
}

/** Pods in the network of one node share its ports. Without a placement they may meet on one node. */
function checkHostPorts({ spec, problems }: CheckContext): void {
	const taken = new Map<string, string>();
	for (const [name, pod] of Object.entries(spec.pods)) {
		if (pod.hostNetwork !== true) continue;
		const node = nodeOf(spec.pods, name);
		for (const [index, item] of (pod.listen ?? []).entries()) {
			const { port, protocol } = expandListen(item);
			const key = `${node} ${port}/${protocol}`;
			const other = taken.get(key);
			if (other !== undefined && other !== name) {
				const message = `${name} and ${other} share their node’s network, and both listen on ${port}/${protocol}`;
				problems.add(['spec', 'pods', name, 'listen', index], {
					code: 'conflict',
					message,
					hint: 'choose another port, or place them on different nodes',
				});
			}
			taken.set(key, name);
		}
	}
}

function nodeOf(pods: Record<string, PodInput>, name: string): string {
	let at = name;
	for (let step = 0; step < 100; step++) {
		const pod = pods[at];
		if (pod?.node !== undefined) return pod.node;
		if (pod?.notOnNodeOf !== undefined) return `not ${pod.notOnNodeOf}`;
		if (pod?.onNodeOf === undefined) return 'anywhere';
		at = pod.onNodeOf;
	}
	return 'anywhere';
}
