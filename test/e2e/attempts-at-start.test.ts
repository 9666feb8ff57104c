import { expect } from 'chai';
import { eventsOf, runScenario } from './support/run-scenario.ts';

const scenario = `
apiVersion: gatecrash.dev/v1alpha1
kind: Scenario
metadata: {name: newcomer}
spec:
  description: A pod that starts under a policy may not reach the server, not even in its first moments.
  reference: NetworkPolicy API reference
  status: required
  ipFamilies: [ipv4]
  namespaces: {shop: {}}
  pods:
    friend: {namespace: shop, labels: {app: friend}}
    other: {namespace: shop, labels: {app: other}, listen: [80/tcp, 53/udp]}
    server: {namespace: shop, labels: {app: server}, listen: [80/tcp, 53/udp]}
    early: {namespace: shop, labels: {app: early}, attemptsAtStart: true}
  policies:
    only-friend:
      object:
        apiVersion: networking.k8s.io/v1
        kind: NetworkPolicy
        metadata: {name: only-friend, namespace: shop}
        spec:
          podSelector: {matchLabels: {app: server}}
          policyTypes: [Ingress]
          ingress: [{from: [{podSelector: {matchLabels: {app: friend}}}]}]
  phases:
    - apply: [only-friend]
    - create: [early]
    - attempt:
        - {from: early, to: server, expect: blocked}
        - {from: early, to: other, expect: allowed}
        - {from: friend, to: server:80, expect: allowed}
        - {from: friend, to: server:53/udp, expect: allowed}
    - delete: [only-friend]
    - attempt: [{from: early, to: server, expect: allowed}]
`;

describe('attempts from the first millisecond of a pod', () => {
	it('are made before any control stream exists, recorded, and part of what is enforced', async () => {
		const { events, verdicts, cell } = await runScenario(scenario);
		const boot = eventsOf(events, 'try').filter((event) => event.purpose === 'boot');
		expect(boot.filter((event) => event.cell.includes('server:80')).length).to.be.greaterThan(5);
		const results = new Map(eventsOf(events, 'result').map((event) => [event.token, event]));
		const toServer = boot.filter((event) => event.cell.includes('server:80'));
		expect(toServer.every((event) => results.get(event.token)?.outcome.code === 'timed-out')).to.equal(true);
		const ready = eventsOf(events, 'agent-ready').find((event) => event.agent === 'early');
		const first = Math.min(...boot.map((event) => results.get(event.token)?.startedAt ?? Number.POSITIVE_INFINITY));
		expect(first, 'the first boot try precedes the greeting').to.be.lessThan(ready?.at ?? 0);
		const created = eventsOf(events, 'change').find((event) => event.action === 'create');
		expect(first, 'and follows the policies').to.be.greaterThan(created?.requestedAt ?? Number.POSITIVE_INFINITY);
		expect(cell('early→server:80/tcp/ipv4/after-create')).to.include({ verdict: 'enforced' });
		expect(verdicts.counts).to.include({ leak: 0, broken: 0, inconclusive: 0 });
	});

	it('are a leak when the rules of a new pod come late, although the attempts afterwards are blocked', async () => {
		// The first two connections after each change get in, as with engines that program a pod after it has started.
		const late = `
insert rule inet {policy} to_pod tcp dport 80 tcp flags & syn == syn limit rate 1/hour burst 2 packets accept
`;
		const { cell } = await runScenario(scenario, { tamper: late });
		const leaked = cell('early→server:80/tcp/ipv4/after-create');
		expect(leaked.verdict).to.equal('leak');
		expect(leaked.reasons.map((reason) => reason.code)).to.include('leak-boot');
	});
});
