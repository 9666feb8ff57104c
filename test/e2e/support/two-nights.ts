import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Ended } from '../../cli/sandbox.ts';

/** Three servers, each of which another bug of the engine opens to `stranger`; nothing else changes by them. */
const scenario = `
apiVersion: gatecrash.dev/v1alpha1
kind: Scenario
metadata: {name: three-doors}
spec:
  description: Three servers, each behind a policy of another kind.
  ipFamilies: [ipv4]
  namespaces: {shop: {}}
  pods:
    clerk: {namespace: shop, labels: {badge: "1"}}
    stranger: {namespace: shop, labels: {app: stranger}}
    counter: {namespace: shop, labels: {app: counter}, listen: [80/tcp, 81/tcp]}
    ledger: {namespace: shop, labels: {app: ledger}, listen: [80/tcp]}
    vault: {namespace: shop, labels: {app: vault}, listen: [80/tcp]}
  policies:
    counter:
      object:
        apiVersion: networking.k8s.io/v1
        kind: NetworkPolicy
        metadata: {name: counter, namespace: shop}
        spec: {podSelector: {matchLabels: {app: counter}}, ingress: [{ports: [{protocol: TCP, port: 80}]}]}
    ledger:
      object:
        apiVersion: networking.k8s.io/v1
        kind: NetworkPolicy
        metadata: {name: ledger, namespace: shop}
        spec: {podSelector: {matchLabels: {app: ledger}}, ingress: [{from: [{ipBlock: {cidr: 0.0.0.0/0, except: [$(pods.stranger.ipv4)/32]}}]}]}
    vault:
      object:
        apiVersion: networking.k8s.io/v1
        kind: NetworkPolicy
        metadata: {name: vault, namespace: shop}
        spec: {podSelector: {matchLabels: {app: vault}}, ingress: [{from: [{podSelector: {matchExpressions: [{key: badge, operator: Exists}]}}]}]}
  attempts:
    - {from: [clerk, stranger], to: "counter:80", expect: allowed}
    - {from: stranger, to: "counter:81", expect: blocked}
    - {from: clerk, to: ["ledger:80", "vault:80"], expect: allowed}
    - {from: stranger, to: ["ledger:80", "vault:80"], expect: blocked}
`;

/** Bugs of each run, two a night: `ports-ignored` comes, `except-ignored` goes, `exists-ignored` does both again and again. */
const nights = [
	[['except-ignored', 'exists-ignored'], ['except-ignored']],
	[['ports-ignored', 'exists-ignored'], ['ports-ignored']],
];
const day = 24 * 60 * 60 * 1000;

export const doors = {
	fresh: 'three-doors/connect/stranger→counter:81/tcp/ipv4',
	fixed: 'three-doors/connect/stranger→ledger:80/tcp/ipv4',
	flapping: 'three-doors/connect/stranger→vault:80/tcp/ipv4',
};

/**
 * Two nights of two runs each on the embedded cluster, for real, in `out`. All that is not real is the first night’s date:
 * what is written down as the beginning of its runs lies a day back. `gatecrash`: the program. Returns the runs’ ids.
 */
export async function makeTwoNights(
	out: string,
	gatecrash: (args: string[]) => Promise<Ended>,
	between: (night: number) => Promise<void> = async () => {},
): Promise<string[]> {
	const file = join(out, '..', 'three-doors.yaml');
	writeFileSync(file, scenario);
	const runs: string[] = [];
	for (const [night, injected] of nights.entries()) {
		for (const bugs of injected) {
			const flags = bugs.flatMap((bug) => ['--inject', bug]);
			const ended = await gatecrash(['run', file, '--json', '--quiet', '--out', out, ...flags]);
			if (ended.code !== 1) throw new Error(`the run ended with ${ended.code}: ${ended.stderr}`);
			const { run } = JSON.parse(ended.stdout) as { run: string };
			moveBack(join(out, run), (nights.length - 1 - night) * day);
			runs.push(run);
		}
		await between(night);
	}
	return runs;
}

/** In both files that say when a run began. */
function moveBack(folder: string, by: number): void {
	for (const name of ['history.jsonl', 'verdicts.json']) {
		const file = join(folder, name);
		const text = readFileSync(file, 'utf8');
		const moved = text.replace(/("startedAt": ?")([^"]+)"/, (_, key: string, time: string) => {
			return `${key}${new Date(Date.parse(time) - by).toISOString()}"`;
		});
		writeFileSync(file, moved);
	}
}
