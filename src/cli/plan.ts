import type { Cluster } from '../model/cluster.ts';
import type { Cell, ChaosPlan, Plan, ScenarioPlan, Step } from '../model/plan.ts';
import { endpointName } from '../plan/endpoint-name.ts';
import { plural } from '../report/counts.ts';
import type { Action } from './actions.ts';
import { existingOptions } from './cluster-options.ts';
import { inBatches } from './in-batches.ts';
import { makePlan } from './make-plan.ts';

export const plan: Action<'plan'> = async (context, args, flags) => {
	const made = await makePlan(args, { ...flags, options: existingOptions(flags) }, context);
	if (made === undefined) return 64;
	const pieces = flags.json ? planAsJson(made.plan) : describePlan(made.plan, made.cluster);
	for (const piece of inBatches(pieces)) context.stdout(piece);
	return 0;
};

/** What `JSON.stringify` gives, one scenario at a time: a million cells are more than one text can hold. */
function* planAsJson({ scenarios, ...rest }: Plan): Generator<string> {
	const [head = '', tail = ''] = JSON.stringify({ ...rest, scenarios: [] }, null, 2).split('"scenarios": []');
	yield `${head}"scenarios": [`;
	for (const [index, scenario] of scenarios.entries()) {
		const text = JSON.stringify(scenario, null, 2).replaceAll('\n', '\n    ');
		yield `${index === 0 ? '' : ','}\n    ${text}`;
	}
	yield `${scenarios.length === 0 ? '' : '\n  '}]${tail}\n`;
}

function* describePlan({ scenarios }: Plan, cluster: Cluster): Generator<string> {
	for (const [index, scenario] of scenarios.entries())
		yield `${index === 0 ? '' : '\n'}${describeScenario(scenario, cluster)}`;
}

function describeScenario(scenario: ScenarioPlan, cluster: Cluster): string {
	const settle = scenario.timing.settle === undefined ? '' : `, settles within ${scenario.timing.settle} ms`;
	const lines = [
		`${scenario.name}  (${scenario.file}, ${scenario.status}${settle})`,
		...(scenario.skip === undefined ? [] : [`  skipped: ${scenario.skip}`]),
		...namespaceNames(scenario, cluster),
		...scenario.policies.flatMap(({ name, leftOut = [] }) =>
			leftOut.map((peer) => `  left out of ${name}, for nobody there has such an address: ${peer}`),
		),
		...scenario.steps.map((step, index) => `  ${String(index + 1).padStart(2)}. ${describeStep(step)}`),
		`  ${plural(scenario.cells.length, 'cell')}:`,
		...scenario.cells.map(describeCell),
	];
	return `${lines.join('\n')}\n`;
}

/** On clusters where they are not called as in the file. */
function namespaceNames({ workload }: ScenarioPlan, cluster: Cluster): string[] {
	if (!cluster.namespaceName) return [];
	const names = Object.entries(workload.namespaces).map(([name, { existing }]) =>
		existing ? `${name} (there already)` : `${name} → ${cluster.namespaceName?.(name)}`,
	);
	return [`  namespaces: ${names.join(', ')}`];
}

/** Up to so many turns are spelled out. */
const turnsShown = 4;

function describeChaos({ name, rounds, every, before, turns, cells }: ChaosPlan): string {
	const spelled = turns
		.slice(0, turnsShown)
		.map(({ changes, stays }) => `${changes.map(describeStep).join(', ')}; ${stays} ms`)
		.join('; ');
	const more = turns.length > turnsShown ? `; ${turns.length - turnsShown} more turns` : '';
	const what = `${plural(cells.length, 'path')} every ${every} ms`;
	return `chaos ${name}: ${what}, ${plural(rounds, 'round')}: ${before} ms; ${spelled}${more}`;
}

function describeStep(step: Step): string {
	switch (step.do) {
		case 'attempt':
			return `attempt ${plural(step.cells.length, 'cell')} (${step.purpose})${step.phase === undefined ? '' : `, phase ${step.phase}`}`;
		case 'hold':
			return `hold ${step.holds.map((hold) => `${hold.name}: ${endpointName(hold.from)} → ${endpointName(hold.to)}:${hold.port}`).join(', ')}`;
		case 'apply':
		case 'delete':
			return `${step.do} ${step.policies.join(', ')}${step.mayBeRefused ? ', which may be refused' : ''}`;
		case 'inject':
		case 'heal':
			return `${step.do} ${step.name === step.fault ? step.fault : `${step.name} (${step.fault})`}`;
		case 'await':
			return `await the end of ${step.closed} within ${step.bound} ms`;
		case 'settle':
			return `settle ${plural(step.cells.length, 'cell')}${step.bound === undefined ? '' : ` within ${step.bound} ms`}`;
		case 'label': {
			const set = Object.entries(step.set).map(([key, value]) => `${key}=${value}`);
			const changes = [...set, ...step.remove.map((key) => `${key}-`)].join(' ');
			return `label ${step.pod === undefined ? `namespace ${step.namespace ?? ''}` : `pod ${step.pod}`} ${changes}`;
		}
		case 'rotate': {
			const { names, is } = step.certificate;
			return `rotate the certificate of ${step.pod}’s proxy: ${[is, ...names].join(', ')}`;
		}
		case 'create':
			return `create ${step.pods.join(', ')}${step.addressOf === undefined ? '' : `, at the address of ${step.addressOf}`}`;
		case 'remove':
			return `remove ${step.pods.join(', ')}`;
		case 'chaos':
			return describeChaos(step.chaos);
	}
}

/** Where prediction and declaration differ, one of them is wrong: the policies' text or the scenario. */
function describeCell(cell: Cell): string {
	const { verdict, because } = cell.prediction;
	const firm = [cell.expectation, verdict].every((one) => one === 'allowed' || one === 'blocked');
	const differs = firm && cell.expectation !== verdict ? ', not as declared' : '';
	const tries = cell.tries === 1 ? '1 try' : `${cell.tries} tries`;
	const stands = cell.standsFor === undefined ? '' : `, stands for ${plural(cell.standsFor, 'path')}`;
	const skipped = cell.skip === undefined ? '' : `, skipped: ${cell.skip}`;
	return [
		`    ${cell.id}`,
		`        ${cell.expectation}, ${tries}${stands}${skipped}`,
		`        predicted ${verdict}${differs}`,
		...because.map((text) => `            ${text}`),
	].join('\n');
}
