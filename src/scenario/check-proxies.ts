import { landingOf } from '../model/landing.ts';
import { buildProxy, proxiedWorld } from './build-proxy.ts';
import type { CheckContext } from './check-context.ts';
import { checkTarget } from './check-target.ts';
import type { DocumentPath } from './document-path.ts';
import type { PodInput } from './schema.ts';
import { expandListen } from './short-forms.ts';

/** What a pod's proxy needs of its pod, of those to whom it passes connections on, and of itself. */
export function checkProxies(context: CheckContext): void {
	for (const [name, pod] of Object.entries(context.spec.pods)) {
		if (pod.proxy === undefined) continue;
		const path = ['spec', 'pods', name, 'proxy'];
		checkPlace(context, pod, path);
		checkListeners(context, name, pod, path);
	}
}

function checkPlace({ spec, problems, draft }: CheckContext, pod: PodInput, path: DocumentPath): void {
	const mesh = pod.mesh ?? (draft.partial ? undefined : spec.namespaces[pod.namespace]?.mesh);
	const conflicts = [
		[mesh === 'sidecar', 'a pod has a sidecar or a proxy of its own, not both', 'add mesh: none'],
		[pod.hostNetwork === true, 'a proxy needs a network of its own', 'remove hostNetwork'],
		[pod.completes === true, 'the containers of this pod end, and its proxy with them', 'remove completes'],
	] as const;
	for (const [wrong, message, hint] of conflicts) {
		if (wrong) problems.add(path, { code: 'conflict', message, hint, at: 'key' });
	}
}

function checkListeners(context: CheckContext, name: string, pod: PodInput, path: DocumentPath): void {
	const { spec, problems } = context;
	if (pod.proxy === undefined) return;
	const taken = new Set(
		(pod.listen ?? []).map(expandListen).flatMap((one) => (one.protocol === 'tcp' ? one.port : [])),
	);
	for (const [index, listener] of buildProxy(name, pod.proxy).listeners.entries()) {
		const at = [...path, 'listeners', index];
		const { port, to, upstreamTls } = listener;
		if (taken.has(port)) {
			const message = `${port}/tcp is taken already in this pod`;
			problems.add([...at, 'port'], { code: 'conflict', message, hint: 'choose another port' });
		}
		taken.add(port);
		if (upstreamTls?.verifies === 'nothing' && upstreamTls.subjectAltNames.length > 0) {
			problems.add([...at, 'upstreamTls', 'subjectAltNames'], {
				code: 'conflict',
				message: 'names can’t be verified where the authority is not',
				hint: 'remove verifies: nothing, or the names',
				at: 'key',
			});
		}
		const required = pod.proxy.listeners[index]?.downstreamTls;
		if (required?.subjectAltNames !== undefined && required.requireClientCertificate !== true) {
			problems.add([...at, 'downstreamTls', 'subjectAltNames'], {
				code: 'conflict',
				message: 'names of clients need their certificates',
				hint: 'add requireClientCertificate: true',
				at: 'key',
			});
		}
		checkTarget(context, { ...to, protocol: 'tcp' }, [...at, 'to']);
		if (landingOf(proxiedWorld(spec), { kind: 'pod', name, port }) !== 'circle') continue;
		const message = 'what comes to this port is passed on in a circle';
		problems.add([...at, 'to'], { code: 'conflict', message, hint: 'name a port on which a pod itself listens' });
	}
}
