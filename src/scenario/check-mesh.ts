import { landingOf } from '../model/landing.ts';
import type { ListenSpec, TargetRef } from '../model/scenario.ts';
import { portsOf, proxiedWorld } from './build-proxy.ts';
import type { CheckContext } from './check-context.ts';
import type { DocumentPath } from './document-path.ts';
import type { AttemptInput } from './schema.ts';
import { expandListen, listOf, parseSource, parseTarget } from './short-forms.ts';

/** What `plaintext`, `mtls` and `tls` attempts ask of both ends, so that each is what its kind says. */
export function checkMesh(context: CheckContext, attempt: AttemptInput, path: DocumentPath): void {
	const { kind = 'connect' } = attempt;
	if (kind === 'connect' || kind === 'dns') return;
	for (const [index, text] of listOf(attempt.from).entries()) {
		const at = Array.isArray(attempt.from) ? [...path, 'from', index] : [...path, 'from'];
		const sources = text === 'all' ? Object.keys(context.spec.pods) : [text];
		const wrong = sources.map((source) => problemOfSource(context, attempt, source)).find((one) => one !== undefined);
		if (wrong) context.problems.add(at, { code: 'conflict', ...wrong });
	}
	for (const [index, text] of listOf(attempt.to).entries()) {
		const at = Array.isArray(attempt.to) ? [...path, 'to', index] : [...path, 'to'];
		const ports = listeners(context, parseTarget(text));
		if (ports.length === 0 || ports.some(({ protocol }) => protocol === 'tcp')) continue;
		const message = `${kind} attempts are over TCP, and this is ${ports[0]?.protocol}`;
		context.problems.add(at, { code: 'conflict', message, hint: 'name a TCP port, or use kind: connect' });
	}
	for (const key of ['identity', 'forgedIdentity'] as const) {
		if (attempt[key] !== undefined) checkIdentity(context, attempt, key, path);
	}
}

function problemOfSource(
	{ spec, draft }: CheckContext,
	{ kind, certificate }: AttemptInput,
	text: string,
): { message: string; hint: string } | undefined {
	const source = parseSource(text);
	const pod = source.kind === 'pod' ? spec.pods[source.name] : undefined;
	// A pod with a mistake of its own is not judged by what is left of it.
	if (source.kind === 'pod' && (!pod || (draft.partial && spec.namespaces[pod.namespace] === undefined))) return;
	const mesh = pod && !pod.hostNetwork ? (pod.mesh ?? spec.namespaces[pod.namespace]?.mesh) : 'none';
	if (kind === 'mtls' && mesh !== 'sidecar') {
		const hint = 'attempt from a pod with mesh: sidecar, or use kind: tls with a certificate';
		return { message: `${text} has no sidecar that could make mutual TLS of it`, hint };
	}
	if (kind !== 'mtls' && mesh === 'sidecar') {
		const hint = `attempt from a pod with mesh: none, or use kind: mtls`;
		return { message: `${text} has a sidecar, which would wrap ${kind} attempts in mutual TLS`, hint };
	}
	if (kind === 'tls' && certificate !== 'none' && source.kind !== 'pod') {
		const hint = 'attempt from a pod, or with certificate: none';
		return { message: `certificates are made for pods, and ${text} is none`, hint };
	}
	return undefined;
}

/** Identities are read from a header of the request, so there has to be a request, and one that arrives. */
function checkIdentity(
	context: CheckContext,
	{ kind, to, speaks, expect, identity, forgedIdentity }: AttemptInput,
	key: 'identity' | 'forgedIdentity',
	path: DocumentPath,
): void {
	if (key === 'forgedIdentity' && identity === forgedIdentity) {
		context.problems.add([...path, key], {
			code: 'conflict',
			message: 'the forged identity is the one that the server must see',
			hint: 'forge another one, or it could not be told from the true one',
			at: 'key',
		});
	}
	if (key === 'identity' && kind === 'plaintext' && !listOf(to).some((text) => isProxied(context, parseTarget(text)))) {
		context.problems.add([...path, key], {
			code: 'conflict',
			message: 'nothing on the way gives plaintext an identity',
			hint: 'attempt from a pod with a sidecar (kind: mtls), with a certificate (kind: tls), or through a proxy',
			at: 'key',
		});
	}
	if (key === 'identity' && expect === 'blocked') {
		context.problems.add([...path, 'identity'], {
			code: 'conflict',
			message: 'of what is blocked no server sees the identity',
			hint: 'remove identity, or expect: allowed',
			at: 'key',
		});
	}
	const ports = listOf(to).flatMap((text) => listeners(context, parseTarget(text)));
	const spoken = (port: ListenSpec): string => speaks ?? port.speaks;
	if (!ports.some((port) => port.protocol === 'tcp' && spoken(port) !== 'http')) return;
	context.problems.add([...path, key], {
		code: 'conflict',
		message: 'identities are forwarded in HTTP requests only, and this is plain TCP',
		hint: `attempt a port that speaks http, or leave ${key} out`,
		at: 'key',
	});
}

function isProxied({ spec }: CheckContext, { kind, name, port }: TargetRef): boolean {
	if (typeof port !== 'number' || (kind !== 'pod' && kind !== 'service')) return false;
	return landingOf(proxiedWorld(spec), { kind, name, port }) !== undefined;
}

/** The listeners that a target stands for, as far as the file tells. */
function listeners({ spec }: CheckContext, { kind, name, port, protocol }: TargetRef): ListenSpec[] {
	const fits = (one: { port: number; name?: string | undefined; protocol?: string | undefined }): boolean =>
		(port === undefined || one.port === port || one.name === port) &&
		(protocol === undefined || (one.protocol ?? 'tcp') === protocol);
	if (kind === 'external') return (spec.external?.[name]?.listen ?? []).map(expandListen).filter(fits);
	if (kind === 'pod') return portsOf(spec, name).filter(fits);
	const service = spec.services?.[name];
	if (kind === 'node' || !service) return [];
	const { namespace, selector } = service;
	const backends = Object.entries(spec.pods).filter(
		([, pod]) =>
			pod.namespace === namespace && Object.entries(selector).every(([key, value]) => pod.labels?.[key] === value),
	);
	const wanted = service.ports
		.filter(fits)
		.map((one) => ({ protocol: one.protocol ?? 'tcp', to: one.targetPort ?? one.port }));
	return backends.flatMap(([pod]) =>
		portsOf(spec, pod).filter((one) =>
			wanted.some(({ protocol: of, to }) => one.protocol === of && (one.port === to || one.name === to)),
		),
	);
}
