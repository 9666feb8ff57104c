import { openCluster } from '../cluster/open-cluster.ts';
import { GatecrashError } from '../model/gatecrash-error.ts';
import type { Scenario, SourceRef, TargetRef } from '../model/scenario.ts';
import { type ExplainedPath, explainPath, hasEndpoint } from '../plan/explain-path.ts';
import { planTarget } from './plan-target.ts';
import { sourcePattern, targetPattern } from '../scenario/schema-names.ts';
import { parseSource, parseTarget } from '../scenario/short-forms.ts';
import type { Action } from './actions.ts';
import { existingOptions } from './cluster-options.ts';
import { describeExplanation } from './describe-explanation.ts';
import { printDiagnostics } from './diagnostics.ts';
import { readPaths } from './read-paths.ts';

/** Needs no cluster: what is explained follows from the files, and from what the cluster's definition says. */
export const explain: Action<'explain'> = async (context, [from = '', to = '', ...paths], flags) => {
	const source = sourceOf(from);
	const goal = targetOf(to);
	const { scenarios, diagnostics } = await readPaths(paths);
	printDiagnostics(diagnostics, context);
	if (diagnostics.some((diagnostic) => diagnostic.severity === 'error')) return 64;
	const cluster = await openCluster(flags.cluster, existingOptions(flags));
	const target = planTarget(cluster);
	const both = scenarios.filter((scenario) => hasEndpoint(scenario, source) && hasEndpoint(scenario, goal));
	if (both.length === 0) throw nowhere(from, to, goal, scenarios);
	const explained = both.map((scenario) => {
		const wanted = scenario.ipFamilies ?? target.families;
		const families = wanted.filter((family) => target.families.includes(family));
		const known = { families: families.length > 0 ? families : wanted, known: target.known };
		return { scenario, paths: explainPath(scenario, source, goal, known) };
	});
	if (explained.every((one) => one.paths.length === 0)) {
		throw new GatecrashError('GC_USAGE', `${to}: nothing listens there`, { hint: `name a port number: ${to}:80` });
	}
	if (flags.json) context.stdout(`${JSON.stringify(asJson(from, to, explained), null, 2)}\n`);
	else context.stdout(explained.map((one) => describeExplanation(from, to, one.scenario, one.paths)).join('\n'));
	return 0;
};

function sourceOf(text: string): SourceRef {
	if (sourcePattern.test(text) && text !== 'all') return parseSource(text);
	throw new GatecrashError('GC_USAGE', `"${text}" is nobody who could attempt something`, {
		hint: 'write it as `from` in a scenario file: client, node/a or external/internet',
	});
}

function targetOf(text: string): TargetRef {
	if (targetPattern.test(text)) return parseTarget(text);
	throw new GatecrashError('GC_USAGE', `"${text}" is nothing that could be attempted`, {
		hint: 'write it as `to` in a scenario file: app, app:80, svc/app:80/tcp, node/a:22, external/internet:53/udp',
	});
}

function nowhere(from: string, to: string, goal: TargetRef, scenarios: readonly Scenario[]): GatecrashError {
	const hasFrom = scenarios.some((scenario) => hasEndpoint(scenario, parseSource(from)));
	const hasTo = scenarios.some((scenario) => hasEndpoint(scenario, goal));
	const lacking = hasFrom && hasTo ? `both ${from} and ${to}` : hasFrom ? to : from;
	const names = scenarios.flatMap(({ pods, services, external }) => [
		...Object.keys(pods),
		...Object.keys(services).map((name) => `svc/${name}`),
		...Object.keys(external).map((name) => `external/${name}`),
	]);
	const distinct = [...new Set(names)];
	const more = distinct.length > 20 ? ` and ${distinct.length - 20} more` : '';
	return new GatecrashError('GC_USAGE', `no scenario here has ${lacking}`, {
		hint: distinct.length === 0 ? 'name other PATHS' : `there are ${distinct.slice(0, 20).join(', ')}${more}`,
	});
}

function asJson(from: string, to: string, explained: { scenario: Scenario; paths: ExplainedPath[] }[]) {
	return {
		schemaVersion: 1,
		...{ from, to },
		scenarios: explained.map(({ scenario: { name, file }, paths }) => ({
			...{ name, file },
			paths: paths.map(({ explanation: { prediction, ways }, ...path }) => ({ ...path, prediction, ways })),
		})),
	};
}
