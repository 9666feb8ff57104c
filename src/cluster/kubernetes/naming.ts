import { createHash } from 'node:crypto';

/** What a scenario's namespaces are called in the cluster. */
export interface Naming {
	/** Scenarios that want the same name can have it at the same time, each as a copy of its own: 1, 2, ... */
	readonly copies: boolean;
	namespace(name: string, copy?: number): string;
}

/** On clusters that the run created. */
export const verbatim: Naming = { copies: false, namespace: (name) => name };

/** On clusters of somebody else: `gc-<short run id>-<name>`, so that no name of theirs is touched. */
export function runScoped(run: string): Naming {
	const prefix = `gc-${shortId(run)}`;
	return {
		copies: true,
		namespace: (name, copy = 1) => bounded(`${prefix}-${name}${copy === 1 ? '' : `-${copy}`}`),
	};
}

/** A namespace's name has 63 characters at most (RFC 1123); two long ones must not become the same. */
function bounded(name: string): string {
	if (name.length <= 63) return name;
	return `${name.slice(0, 54)}-${createHash('sha256').update(name).digest('hex').slice(0, 8)}`;
}

/** The random part of a run's id tells runs apart. */
export function shortId(run: string): string {
	return run.split('-').at(-1) ?? run;
}
