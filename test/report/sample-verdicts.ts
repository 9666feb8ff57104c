import type { IpFamily, Protocol } from '../../src/model/address.ts';
import type { CellVerdict, RunVerdicts, ScenarioVerdict, Verdict } from '../../src/model/verdict.ts';
import { verdicts } from '../../src/model/verdict.ts';

/** One cell with everything that a report shows; `given` replaces what a test is about. */
export function sampleCell(given: Partial<CellVerdict> = {}): CellVerdict {
	const base = {
		scenario: 'allow-only-client-one',
		from: 'client-two',
		to: 'app-one',
		port: 80,
		protocol: 'tcp' as Protocol,
	};
	const path = { ...base, family: 'ipv4' as IpFamily, ...given };
	const closed = {
		state: 'closed' as const,
		tries: 3,
		outcomes: { 'timed-out': 3 },
		delivered: 0,
		synReceived: 0,
		roundTrip: undefined,
	};
	const id = `${path.scenario}/connect/${path.from}→${path.to}:${path.port}/${path.protocol}/${path.family}`;
	return {
		id,
		kind: 'connect',
		phase: undefined,
		expectation: 'blocked',
		because: undefined,
		prediction: { verdict: 'unknown', because: [] },
		observed: closed,
		controls: [{ control: 'baseline', held: true, detail: 'replied 3 of 3' }],
		proof: 'bracketed',
		verdict: 'enforced',
		diagnosis: undefined,
		findings: [],
		reasons: [],
		evidence: [41, 44, 45, 46],
		position: { file: 'scenarios/allow-only-client-one.yaml', line: 31, column: 7 },
		repeat: `gatecrash run scenarios/allow-only-client-one.yaml --grep '${id}'`,
		...path,
	};
}

export function allowedCell(given: Partial<CellVerdict> = {}): CellVerdict {
	const open = {
		state: 'open' as const,
		tries: 3,
		outcomes: { replied: 3 },
		delivered: 3,
		synReceived: 0,
		roundTrip: 0.4,
	};
	return sampleCell({ expectation: 'allowed', observed: open, proof: 'none', ...given });
}

export function leakedCell(given: Partial<CellVerdict> = {}): CellVerdict {
	return sampleCell({
		observed: { state: 'open', tries: 3, outcomes: { replied: 3 }, delivered: 3, synReceived: 0, roundTrip: 0.4 },
		proof: 'none',
		verdict: 'leak',
		diagnosis: 'engine',
		prediction: { verdict: 'blocked', because: ['default-deny selects app-one, and no rule admits client-two'] },
		reasons: [{ code: 'token-returned', text: 'the token came back from the target in 3 of 3 tries' }],
		...given,
	});
}

export function sampleScenario(
	scenario: string,
	cells: CellVerdict[],
	given: Partial<ScenarioVerdict> = {},
): ScenarioVerdict {
	const named = cells.map((cell) => ({ ...cell, scenario, id: cell.id.replace(/^[^/]*/, scenario) }));
	return {
		scenario,
		file: `scenarios/${scenario}.yaml`,
		description: 'Only client-one may reach app-one on TCP 80.',
		reference: 'EKS Best Practices Guide, Network security',
		status: 'required',
		verdict: verdicts.find((verdict) => named.some((cell) => cell.verdict === verdict)) ?? 'inconclusive',
		reasons: [],
		counts: countVerdicts(named),
		duration: 812.4,
		phases: [
			{ phase: 'deploy', duration: 400.2 },
			{ phase: 'baseline', duration: 212 },
			{ phase: 'declared', duration: 200.2 },
		],
		calibrations: [{ epoch: 1, wait: 40, slowest: 3.2, samples: 72 }],
		settles: [{ step: 2, method: 'observed', slowest: 12.5, unsettled: 0 }],
		faults: [],
		holds: [],
		flips: [],
		refusals: [],
		cells: named,
		...given,
	};
}

export function sampleRun(scenarios: ScenarioVerdict[], given: Partial<RunVerdicts> = {}): RunVerdicts {
	const cells = scenarios.flatMap((scenario) => scenario.cells);
	const counts = countVerdicts(cells);
	const verdict = verdicts.find((one) => counts[one] > 0) ?? 'inconclusive';
	return {
		schemaVersion: 1,
		run: '20260101T120000-1a2b3c',
		version: '0.1.0',
		startedAt: '2026-01-01T12:00:00.000Z',
		cluster: {
			name: 'netns',
			driver: 'netns',
			version: 'embedded',
			kernel: '6.18.44',
			enforcers: ['nftables (embedded)'],
			nodes: 1,
			ranges: {},
			notes: ['The embedded cluster is no substitute for the engine that runs in production.'],
			injected: [],
		},
		complete: true,
		verdict,
		exitCode: counts.leak + counts.broken > 0 ? 1 : counts.inconclusive > 0 ? 2 : 0,
		reasons: [],
		counts,
		scenarios,
		...given,
	};
}

/** A run on a cluster with two enforcers and a mesh, which the reports have to say. */
export function warnedRun(): RunVerdicts {
	const run = sampleRun([sampleScenario('one', [sampleCell()])]);
	if (!run.cluster) return run;
	const warnings = ['Two enforcers act at once: calico v3.28.5, kindnet.'];
	const network = { cni: ['kindnet'], mesh: ['istio 1.31'] };
	return { ...run, cluster: { ...run.cluster, enforcers: ['calico v3.28.5', 'kindnet'], network, warnings } };
}

/** Texts that a scenario file, a cluster or an agent could hold, wherever a report shows one. */
export function hostileRun(): RunVerdicts {
	const text = `"'>\t</script><script>alert(1)</script><!--<img src=x onerror="alert(1)">\u202e\u0000\ud800\r\n\`\${1}]]>&lt;`;
	const reason = { code: text, text };
	const cell = leakedCell({
		from: text,
		to: text,
		phase: text,
		because: text,
		reasons: [reason],
		findings: [reason],
		controls: [{ control: text, held: false, detail: text }],
		prediction: { verdict: 'blocked', because: [text] },
		position: { file: text, line: 1, column: 1 },
		repeat: text,
	});
	const skipped = sampleCell({ verdict: 'skipped', reasons: [reason], from: text });
	const given = { description: text, reference: text, file: text, reasons: [reason] };
	const run = sampleRun([sampleScenario('hostile', [cell, skipped], given)], { run: text, reasons: [reason] });
	run.scenarios[0] = { ...run.scenarios[0], scenario: text } as ScenarioVerdict;
	const cluster = {
		...warnedRun().cluster,
		name: text,
		warnings: [text],
		notes: [text],
		injected: [text],
		kernel: text,
	};
	return { ...run, startedAt: text, version: text, cluster: cluster as RunVerdicts['cluster'] };
}

function countVerdicts(cells: CellVerdict[]): Record<Verdict, number> {
	const counts = Object.fromEntries(verdicts.map((verdict) => [verdict, 0])) as Record<Verdict, number>;
	for (const cell of cells) counts[cell.verdict] += 1;
	return counts;
}

/** On a cluster that the run stood up itself. */
export function stoodUpRun(): RunVerdicts {
	const run = sampleRun([sampleScenario('one', [sampleCell()])]);
	if (!run.cluster) return run;
	const phases = [
		{ phase: 'getting manifests', duration: 3 },
		{ phase: 'creating nodes', duration: 30_125 },
		{ phase: 'waiting for nodes and add-ons', duration: 22_000 },
	];
	return { ...run, cluster: { ...run.cluster, phases } };
}

/** Six pods, two families: a leak in both, a leak in one, a broken path, an inconclusive and an observed cell. */
export function sixPods(): CellVerdict[] {
	const pods = ['client-one', 'client-two', 'app-one', 'app-two', 'database', 'monitor'];
	return (['ipv4', 'ipv6'] as const).flatMap((family) =>
		pods.flatMap((from) =>
			pods
				.filter((to) => to !== from)
				.map((to) => {
					const path = { from, to, family };
					const name = `${from}→${to}`;
					if (name === 'client-two→app-one') return leakedCell(path);
					if (name === 'app-two→database' && family === 'ipv6') return leakedCell(path);
					if (name === 'monitor→app-two') return brokenCell(path);
					if (name === 'database→monitor') return inconclusiveCell(path);
					if (name === 'monitor→monitor') return sampleCell({ ...path, expectation: 'observe', verdict: 'observed' });
					if (from === 'client-one' || from === 'monitor') return allowedCell(path);
					return sampleCell(path);
				}),
		),
	);
}

export function brokenCell(given: Partial<CellVerdict> = {}): CellVerdict {
	return sampleCell({
		expectation: 'allowed',
		because: 'monitoring must see every app',
		verdict: 'broken',
		diagnosis: 'policy',
		prediction: { verdict: 'blocked', because: ['default-deny selects app-two'] },
		reasons: [
			{ code: 'no-reply', text: 'none of 3 tries was answered within 40 ms, while the server answered its own check' },
		],
		...given,
	});
}

export function inconclusiveCell(given: Partial<CellVerdict> = {}): CellVerdict {
	return sampleCell({
		verdict: 'inconclusive',
		proof: 'none',
		controls: [{ control: 'reopen', held: false, detail: '0 of 3 replied after the policies were removed' }],
		reasons: [{ code: 'not-bracketed', text: 'the path was never shown to be open after the policies were removed' }],
		...given,
	});
}
