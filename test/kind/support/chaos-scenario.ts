import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { EventOf, HistoryEvent } from '../../../src/model/event.ts';

interface ChaosCase {
	fault: string;
	/** How long it is in force. */
	for: string;
	/** After it is healed. */
	after?: string;
	/** For each path: machines of tests are busy. */
	rate?: string;
	name?: string;
	rounds?: number;
}

/** A friend that may reach the server, a stranger that may not, and a fault around which both try. */
export function chaosScenario({ fault, for: away, after = '2s', rate = '20/s', name, rounds = 1 }: ChaosCase): string {
	return `
apiVersion: gatecrash.dev/v1alpha1
kind: Scenario
metadata: {name: ${name ?? fault}}
spec:
  description: Around ${fault} the stranger stays out and the friend gets in.
  ipFamilies: [ipv4]
  namespaces: {chaos-test: {}}
  pods:
    web: {namespace: chaos-test, labels: {app: web}, listen: [80/tcp]}
    friend: {namespace: chaos-test, labels: {app: friend}}
    stranger: {namespace: chaos-test, labels: {app: stranger}}
  policies:
    only-friends:
      object:
        apiVersion: networking.k8s.io/v1
        kind: NetworkPolicy
        metadata: {name: only-friends, namespace: chaos-test}
        spec:
          podSelector: {matchLabels: {app: web}}
          policyTypes: [Ingress]
          ingress: [{from: [{podSelector: {matchLabels: {app: friend}}}]}]
  chaos:
    - fault: ${fault}
      for: ${away}
      attempts: {from: [friend, stranger], to: "web:80", rate: ${rate}, before: 500ms, after: ${after}}
      repeat: ${rounds}
      expect: {leaks: none, outage: {max: 2s}}
`;
}

export type Change = EventOf<'change'>;

/** What stands in a run's history. */
export function historyOf(folder: string): HistoryEvent[] {
	const lines = readFileSync(join(folder, 'history.jsonl'), 'utf8').split('\n');
	return lines.filter((line) => line !== '').map((line) => JSON.parse(line) as HistoryEvent);
}

export function isEvent<Is extends HistoryEvent['is']>(is: Is) {
	return (event: HistoryEvent): event is EventOf<Is> => event.is === is;
}
