import type { Bug } from '../cluster/netns/bugs/bug.ts';
import { bugs } from '../cluster/netns/bugs/catalogue.ts';
import { GatecrashError } from '../model/gatecrash-error.ts';
import { plural } from '../report/counts.ts';
import { didYouMean } from '../scenario/suggest.ts';
import type { Context } from './context.ts';

/** The names given to `--inject`. @throws GatecrashError GC_USAGE for one that there is not, with the one that was meant. */
export function knownBugs(names: string[]): string[] {
	const known = bugs.map(({ name }) => name);
	const stranger = names.find((name) => !known.includes(name));
	if (stranger === undefined) return names;
	const near = didYouMean(stranger, known);
	throw new GatecrashError('GC_USAGE', `--inject: there is no seeded bug "${stranger}"`, {
		hint: `${near === undefined ? '' : `${near} `}\`gatecrash list --bugs\` shows all of them`,
	});
}

export function printBugs(context: Context, json: boolean): void {
	if (json) {
		const shown = bugs.map(({ name, does, violates, issues }) => ({
			name,
			does,
			violates,
			issues: issues.map(issueUrl),
		}));
		context.stdout(`${JSON.stringify({ schemaVersion: 1, bugs: shown }, null, 2)}\n`);
		return;
	}
	for (const bug of bugs) {
		context.stdout(`${bug.name}\n    ${bug.does}\n    ${violation(bug)}\n`);
		if (bug.issues.length > 0) context.stdout(`    seen in ${bug.issues.join(', ')}\n`);
	}
	const open = bugs.filter(({ violates }) => 'open' in violates).length;
	context.stdout(`\n${plural(bugs.length, 'seeded bug')}, ${open} of them open in the specification\n`);
}

function violation({ violates }: Bug): string {
	return 'open' in violates ? `open: ${violates.open}` : `breaks ${violates.required}`;
}

/** `OWNER/REPOSITORY#NUMBER` as an address; GitHub leads from there to a pull request too. */
function issueUrl(issue: string): string {
	return `https://github.com/${issue.replace('#', '/issues/')}`;
}
