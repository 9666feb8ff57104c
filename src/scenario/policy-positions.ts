import type { SourcePosition } from '../model/diagnostic.ts';
import type { KubernetesObject } from '../model/policy.ts';
import type { DocumentPath } from './document-path.ts';

const located = new WeakMap<KubernetesObject, (path: DocumentPath) => SourcePosition>();

/** Keeps where the fields of an object stand that was read from a file. */
export function rememberPositions(object: KubernetesObject, locate: (path: DocumentPath) => SourcePosition): void {
	located.set(object, locate);
}

/** Where a field of a policy stands in its file, or the nearest that it would stand in; undefined for what was not read. */
export function positionInPolicy(object: KubernetesObject, path: DocumentPath): SourcePosition | undefined {
	return located.get(object)?.(path);
}
