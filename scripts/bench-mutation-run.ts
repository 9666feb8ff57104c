/**
 * bench-mutation.ts starts it: a scenario generated from that many policies (default 200, as 20 teams would have them), then
 * that scenario's mutants held against its attempts. Prints one line of JSON: milliseconds, also of the processor, and how many there were.
 */
import { chooseAttempts } from '../src/generate/choose-attempts.ts';
import type { GenerateInput } from '../src/generate/input.ts';
import { writeScenario } from '../src/generate/write-scenario.ts';
import { mutateScenario, scoreOf } from '../src/mutate/mutate-scenario.ts';
import { parseScenarioText } from '../src/scenario/parse-scenario-text.ts';

const count = Number(process.argv[2] ?? 200);
const teams = Array.from({ length: Math.ceil(count / 10) }, (_, index) => `team-${index}`);
const target = { families: ['ipv4', 'ipv6'] as const };

const input: GenerateInput = {
	name: 'bench',
	namespaces: Object.fromEntries(teams.map((name) => [name, { labels: { team: name }, mesh: 'none' }])),
	pods: Object.fromEntries(Array.from({ length: count }, (_, index) => [`app-${index}`, podOf(index)])),
	...{ services: {}, external: {} },
	policies: Array.from({ length: count }, (_, index) => ({ name: `p-${index}`, object: policyOf(index) })),
};

const used = (): number => {
	const { user, system } = process.cpuUsage();
	return (user + system) / 1000;
};
const [began, usedBefore] = [performance.now(), used()];
const chosen = chooseAttempts(input, target);
const text = writeScenario(chosen, { head: [], reasons: false });
const [generated, generatedBy] = [performance.now() - began, used() - usedBefore];
const { scenarios, diagnostics } = parseScenarioText(text, 'bench.yaml', () => {
	throw new Error('it names no files');
});
const [scenario] = scenarios;
if (!scenario) throw new Error(JSON.stringify(diagnostics.slice(0, 5)));
const [then, usedThen] = [performance.now(), used()];
const { mutants } = mutateScenario(scenario, target);
const [mutated, mutatedBy] = [performance.now() - then, used() - usedThen];
const { noticed, missed, beyond } = scoreOf(mutants, false);
const bytes = Buffer.byteLength(text);
process.stdout.write(
	`${JSON.stringify({ policies: count, mutants: mutants.length, attempts: chosen.chosen.length, generated, generatedBy, mutated, mutatedBy, noticed, missed, beyond, bytes })}\n`,
);

function podOf(index: number) {
	const namespace = teams[Math.floor(index / 10)] ?? '';
	const labels = { app: `app-${index}`, tier: index % 10 === 0 ? 'front' : 'back' };
	return { namespace, labels, ports: [{ port: 8080, protocol: 'tcp' as const, name: 'http' }] };
}

/** Each team: one policy that denies all, one for the front, the others let their neighbour in. */
function policyOf(index: number) {
	const [namespace = '', other = ''] = [
		teams[Math.floor(index / 10)],
		teams[(Math.floor(index / 10) + 1) % teams.length],
	];
	const metadata = { name: `p-${index}`, namespace };
	const head = { apiVersion: 'networking.k8s.io/v1', kind: 'NetworkPolicy', metadata };
	if (index % 10 === 9) return { ...head, spec: { podSelector: {}, policyTypes: ['Ingress', 'Egress'], egress: [{}] } };
	const neighbour = { podSelector: { matchLabels: { app: `app-${index + 1}` } } };
	const front = {
		namespaceSelector: { matchLabels: { team: other } },
		podSelector: { matchLabels: { tier: 'front' } },
	};
	const from = index % 10 === 0 ? [front] : [neighbour, front];
	const ports = index % 2 === 0 ? [{ port: 'http' }] : [{ port: 8080 }, { port: 9000, endPort: 9010 }];
	return { ...head, spec: { podSelector: { matchLabels: { app: `app-${index}` } }, ingress: [{ from, ports }] } };
}
