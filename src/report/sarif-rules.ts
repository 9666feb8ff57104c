/** In the order in which results are listed: the worst first. */
export const ruleIds = ['leak', 'broken', 'inconclusive'] as const;
export type RuleId = (typeof ruleIds)[number];

const texts: Record<RuleId, { name: string; short: string; full: string; help: string }> = {
	leak: {
		name: 'Leak',
		short: 'A forbidden path is open',
		full: 'An attempt that the scenario declares blocked reached its target: its random token came back from the target, or the target saw it.',
		help: 'Where the diagnosis is "policy", the policies’ text allows the path: change the policy or the declaration. Where it is "engine", the text forbids it and it is not enforced. `gatecrash explain` says which rules decide.',
	},
	broken: {
		name: 'Broken',
		short: 'An allowed path is closed',
		full: 'An attempt that the scenario declares allowed did not reach its target, although the server lived and the client was able to send.',
		help: 'Where the diagnosis is "policy", the policies’ text forbids the path; where it is "engine", the text allows it. `gatecrash explain` says which rules decide.',
	},
	inconclusive: {
		name: 'Inconclusive',
		short: 'Nothing was shown',
		full: 'What would prove that the path is open or blocked is missing, so nothing is claimed. The reasons name what is missing.',
		help: 'Look at the controls that did not hold, and run the attempt again with the command that the result names.',
	},
};

const severities: Record<RuleId, { level: string; problem: string; security?: string }> = {
	leak: { level: 'error', problem: 'error', security: '8.0' },
	broken: { level: 'error', problem: 'error' },
	inconclusive: { level: 'warning', problem: 'warning' },
};

/** Reporting descriptors; `security-severity` is what GitHub sorts security alerts by. */
export const rules: readonly object[] = ruleIds.map((id) => ({
	id,
	name: texts[id].name,
	shortDescription: { text: texts[id].short },
	fullDescription: { text: texts[id].full },
	help: { text: texts[id].help },
	defaultConfiguration: { level: severities[id].level },
	properties: {
		tags: ['security', 'network'],
		precision: 'very-high',
		'problem.severity': severities[id].problem,
		...(severities[id].security !== undefined && { 'security-severity': severities[id].security }),
	},
}));
