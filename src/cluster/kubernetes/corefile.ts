import { GatecrashError } from '../../model/gatecrash-error.ts';

/** `forward FROM TO... {`, with or without its block. https://coredns.io/plugins/forward/ */
const forwardLine = /^(\s*)forward\s+(\S+)\s+[^{#]*(\{)?\s*(?:#.*)?$/;

/**
 * A Corefile whose every `forward` leads to one resolver, so that no query that CoreDNS does not answer itself goes
 * anywhere else. That one is asked whatever has become of earlier queries (`max_fails 0`): it is not always there.
 * @throws GatecrashError GC_CLUSTER where nothing is passed on at all.
 */
export function forwardingTo(corefile: string, resolver: string): string {
	const rewritten: string[] = [];
	let inBlock = false;
	let changed = 0;
	for (const line of corefile.split('\n')) {
		if (inBlock) {
			// Its options are for the resolver that was there: TLS, for example.
			inBlock = line.trim() !== '}';
			continue;
		}
		const [, indent = '', from, block] = forwardLine.exec(line) ?? [];
		if (from === undefined) rewritten.push(line);
		else {
			rewritten.push(`${indent}forward ${from} ${resolver} {`, `${indent}   max_fails 0`, `${indent}}`);
			inBlock = block !== undefined;
			changed += 1;
		}
	}
	if (changed > 0) return rewritten.join('\n');
	throw new GatecrashError('GC_CLUSTER', 'The cluster’s DNS passes nothing on: its Corefile has no forward.', {
		hint: 'kubectl --namespace kube-system get configmap coredns --output yaml',
	});
}
