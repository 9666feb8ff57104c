import { plural } from '../report/counts.ts';
import type { Action } from './actions.ts';
import { printBugs } from './bugs.ts';
import { makePlan } from './make-plan.ts';

export const list: Action<'list'> = async (context, args, flags) => {
	if (flags.bugs) {
		printBugs(context, flags.json);
		return 0;
	}
	const made = await makePlan(args, { ...flags, cluster: 'embedded' }, context);
	if (made === undefined) return 64;
	const scenarios = made.plan.scenarios.map((scenario) => ({
		name: scenario.name,
		file: scenario.file,
		description: scenario.description,
		reference: scenario.reference,
		status: scenario.status,
		tags: scenario.tags,
		requires: scenario.requires,
		skip: scenario.skip,
		cells: scenario.cells.length,
	}));
	if (flags.json) {
		context.stdout(`${JSON.stringify({ schemaVersion: 1, scenarios }, null, 2)}\n`);
		return 0;
	}
	const width = Math.max(0, ...scenarios.map((scenario) => scenario.name.length));
	for (const { name, cells, tags, requires, skip, description } of scenarios) {
		const tagged = tags.length > 0 ? `  [${tags.join(', ')}]` : '';
		context.stdout(`${name.padEnd(width)}  ${plural(cells, 'cell').padStart(10)}${tagged}\n`);
		if (description) context.stdout(`    ${description.replace(/\s+/g, ' ').trim()}\n`);
		if (requires.length > 0) context.stdout(`    requires ${requires.join(', ')}\n`);
		if (skip !== undefined) context.stdout(`    skipped on the embedded cluster: ${skip}\n`);
	}
	const cells = scenarios.reduce((sum, scenario) => sum + scenario.cells, 0);
	context.stdout(`\n${plural(scenarios.length, 'scenario')}, ${plural(cells, 'cell')}\n`);
	return 0;
};
