import type { IncomingMessage } from 'node:http';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { GatecrashError } from '../model/gatecrash-error.ts';
import { type ApiPaths, selectionQuery } from './api-paths.ts';
import type { KubeObject, Resource, Selection } from './kube-object.ts';
import type { Transport } from './transport.ts';

export interface Wait<T extends KubeObject, R> {
	resource: Resource;
	selection: Selection;
	/** Looks at all selected objects, at first and after every change; what is not undefined ends the wait. May throw. */
	examine: (objects: T[]) => R | undefined;
	/** For the message when the bound passes: what is still missing. */
	missing: (objects: T[]) => string;
	/** Milliseconds. */
	bound: number;
	/** Takes what there is when the bound passes, in the place of failing. */
	otherwise?: (objects: T[]) => R;
	signal?: AbortSignal | undefined;
}

interface WatchEvent<T> {
	type: 'ADDED' | 'MODIFIED' | 'DELETED' | 'BOOKMARK' | 'ERROR';
	object: T;
}

/** After a watch that ended at once (an API server that restarts). Milliseconds. */
const pauseBeforeListing = 100;

/**
 * Lists, then watches; the end of a watch is normal and is followed by a new list.
 * @throws GatecrashError GC_CLUSTER when the bound passes.
 */
export async function waitFor<T extends KubeObject, R>(
	transport: Transport,
	paths: ApiPaths,
	wait: Wait<T, R>,
): Promise<R> {
	const bound = AbortSignal.timeout(wait.bound);
	const signal = wait.signal ? AbortSignal.any([bound, wait.signal]) : bound;
	const objects = new Map<string, T>();
	try {
		const path = await paths.ofKind(wait.resource, wait.selection.namespace);
		for (;;) {
			const version = await list(transport, path, wait, objects, signal);
			const found = wait.examine([...objects.values()]);
			if (found !== undefined) return found;
			const seen = await watch(transport, path, wait, objects, version, signal);
			if (seen !== undefined) return seen;
			await sleep(pauseBeforeListing, undefined, { signal });
		}
	} catch (error) {
		wait.signal?.throwIfAborted();
		if (!bound.aborted || error instanceof GatecrashError) throw error;
		if (wait.otherwise) return wait.otherwise([...objects.values()]);
		throw new GatecrashError(
			'GC_CLUSTER',
			`waited ${wait.bound / 1000} s for ${wait.resource.kind}s: ${wait.missing([...objects.values()])}`,
		);
	}
}

async function list<T extends KubeObject>(
	transport: Transport,
	path: string,
	wait: Pick<Wait<T, unknown>, 'selection' | 'resource'>,
	objects: Map<string, T>,
	signal: AbortSignal,
): Promise<string> {
	const doing = `listing ${wait.resource.kind}s`;
	const text = await transport.call({ method: 'GET', path: `${path}${selectionQuery(wait.selection)}`, doing, signal });
	const { items, metadata } = JSON.parse(text) as { items: T[]; metadata: { resourceVersion: string } };
	objects.clear();
	for (const item of items) objects.set(key(item), { ...wait.resource, ...item });
	return metadata.resourceVersion;
}

async function watch<T extends KubeObject, R>(
	transport: Transport,
	path: string,
	wait: Wait<T, R>,
	objects: Map<string, T>,
	resourceVersion: string,
	signal: AbortSignal,
): Promise<R | undefined> {
	const query = selectionQuery(wait.selection, { watch: 'true', resourceVersion, timeoutSeconds: '60' });
	// A watch that can't be opened, or breaks, is followed by a list, which says what is wrong if it is still so.
	const response = await transport
		.open(`${path}${query}`, `watching ${wait.resource.kind}s`, signal)
		.catch(() => undefined);
	signal.throwIfAborted();
	if (!response) return undefined;
	try {
		for await (const line of linesOf(response)) {
			const event = parse<T>(line);
			if (!event || event.type === 'ERROR') return undefined;
			if (event.type === 'BOOKMARK') continue;
			if (event.type === 'DELETED') objects.delete(key(event.object));
			else objects.set(key(event.object), event.object);
			const found = wait.examine([...objects.values()]);
			if (found !== undefined) return found;
		}
	} finally {
		response.destroy();
	}
	signal.throwIfAborted();
	return undefined;
}

/** Ends quietly where the connection breaks. */
async function* linesOf(response: IncomingMessage): AsyncGenerator<string> {
	response.on('error', () => {});
	const lines = createInterface({ input: response });
	try {
		for await (const line of lines) yield line;
	} catch (error) {
		if (!(error instanceof Error && 'code' in error)) throw error;
	}
}

function parse<T>(line: string): WatchEvent<T> | undefined {
	try {
		return JSON.parse(line) as WatchEvent<T>;
	} catch {
		return undefined;
	}
}

function key(object: KubeObject): string {
	return object.metadata.uid ?? `${object.metadata.namespace}/${object.metadata.name}`;
}
