import { readFileSync } from 'node:fs';
import type { Bug } from '../../src/cluster/netns/bugs/bug.ts';
import { findBug } from '../../src/cluster/netns/bugs/inject.ts';

/** What no matrix of attempts shows that is made once, with the policies as they are. */
const notStateless = new Set<Bug['concerns']>([
	...(['changes of policies', 'changes of labels', 'changes of pods'] as const),
	...(['held connections', 'faults'] as const),
]);

/** By name, where the concern does not say it. */
const inTime = new Set(['capture-late']);

/** What a matrix between pods and endpoints outside shows only with attempts of another kind, which generate does not make. */
export const otherAttempts: Partial<Record<Bug['concerns'], string>> = {
	Services: 'it is about what goes to a Service’s address; generate attempts pods themselves',
	'node ports': 'it is about node ports, which generate does not attempt',
	'traffic of the node': 'it is about what comes from a node, which generate does not attempt',
	'a pod that reaches itself': 'it is about a pod that reaches itself, which the specification leaves open',
	DNS: 'it is about names: it takes queries, which follow from no policy',
};

/**
 * By scenario: the bugs that docs/bug-matrix.md says it catches with a leak or a broken path, of those that need no change
 * and no time.
 */
export function caughtByHand(page: string = readMatrix()): Map<string, Bug[]> {
	const caught = new Map<string, Bug[]>();
	for (const line of page.split('\n')) {
		const [, name] = /^\| `([a-z0-9-]+)`(?: \(open\))? \| \d+ \| \d+ \|/.exec(line) ?? [];
		if (name === undefined) continue;
		const bug = findBug(name);
		if (notStateless.has(bug.concerns) || inTime.has(name)) continue;
		for (const [, scenario = ''] of line.matchAll(/`([a-z0-9-]+)`(?= (?:\*\*leak\*\* )?\*\*(?:leak|broken)\*\*)/g))
			caught.set(scenario, [...(caught.get(scenario) ?? []), bug]);
	}
	return caught;
}

function readMatrix(): string {
	return readFileSync(new URL('../../docs/bug-matrix.md', import.meta.url), 'utf8');
}
