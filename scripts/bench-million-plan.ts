/** A process of `bench-million.ts`: plans so many copies of the 60-pod matrix, and writes plan.json as a run does. */
import { mkdirSync } from 'node:fs';
import { capabilityNames } from '../src/model/capability.ts';
import { planScenarios } from '../src/plan/plan-scenarios.ts';
import { parseScenarioText } from '../src/scenario/parse-scenario-text.ts';
import { writePlan } from '../src/cli/plan-file.ts';
import { matrixScenario } from './matrix-scenario.ts';

const [folder = '', copies = '1'] = process.argv.slice(2);
const texts = Array.from({ length: Number(copies) }, (_, copy) => matrixScenario(60, `matrix-60-${copy}`));
const { scenarios } = parseScenarioText(texts.join('---\n'), 'matrices.yaml', () => ({
	code: 'file-missing',
	problem: 'there are no policy files',
}));
const target = { name: 'embedded', capabilities: new Set(capabilityNames), families: ['ipv4'] as const };
const { plan } = planScenarios(scenarios, target);
mkdirSync(folder, { recursive: true });
writePlan(folder, plan);
