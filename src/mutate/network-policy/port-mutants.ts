import { type Edit, type FieldPath, removing, setting } from '../mutant.ts';

interface PortText {
	protocol?: string;
	port?: number | string;
	endPort?: number;
}

const highest = 65_535;

/** Of one entry of a rule's ports. */
export function portMutants(entry: PortText, at: FieldPath): Edit[] {
	const { protocol = 'TCP', port, endPort } = entry;
	const flipped = protocol === 'TCP' ? 'UDP' : 'TCP';
	const edits: Edit[] = [setting('flip-protocol', [...at, 'protocol'], flipped)];
	if (port === undefined) return edits;
	// A port without number, protocol and range would still be TCP; written out, so that the entry says something.
	const field = [...at, 'port'];
	edits.push({
		operator: 'any-port-number',
		field,
		steps: [{ set: at, value: { protocol } }],
	});
	if (typeof port === 'string') return edits;
	if (endPort === undefined) {
		if (port < highest) edits.push(setting('next-port', field, port + 1));
		if (port > 1) edits.push(setting('previous-port', field, port - 1));
		if (port < highest) edits.push(setting('widen-range', [...at, 'endPort'], port + 1));
		return edits;
	}
	if (port > 1) edits.push(setting('widen-range', field, port - 1));
	if (endPort < highest) edits.push(setting('widen-range', [...at, 'endPort'], endPort + 1));
	if (endPort > port) {
		edits.push(setting('narrow-range', field, port + 1));
		edits.push(setting('narrow-range', [...at, 'endPort'], endPort - 1));
		edits.push(removing('drop-end-port', [...at, 'endPort']));
	}
	return edits;
}
