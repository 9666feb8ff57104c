import type { CellVerdict } from '../../src/model/verdict.ts';
import { allowedCell, brokenCell, leakedCell, sampleCell } from './sample-verdicts.ts';

const pods = ['x/a', 'x/b', 'x/c', 'y/a', 'y/b', 'y/c', 'z/a', 'z/b', 'z/c'];
const ports = [
	[80, 'tcp'],
	[81, 'tcp'],
	[80, 'udp'],
	[81, 'udp'],
] as const;

/** The field's canonical matrix: 9 pods in 3 namespaces, 2 TCP and 2 UDP ports, 324 cells. */
export function nineByNine(): CellVerdict[] {
	return pods.flatMap((from) =>
		pods.flatMap((to) => ports.map(([port, protocol]) => judged({ from, to, port, protocol }))),
	);
}

function judged(path: Pick<CellVerdict, 'from' | 'to' | 'port' | 'protocol'>): CellVerdict {
	const { observed } = allowedCell();
	if (path.from === path.to) return sampleCell({ ...path, expectation: 'observe', verdict: 'observed', observed });
	if (path.from === 'x/a' && path.port === 80) return allowedCell(path);
	if (path.from === 'y/b' && path.to === 'z/c' && path.protocol === 'udp') return leakedCell(path);
	if (path.from === 'z/b' && path.to === 'x/c' && path.port === 81) return brokenCell(path);
	return sampleCell(path);
}
