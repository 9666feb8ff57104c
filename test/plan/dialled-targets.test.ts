import { expect } from 'chai';
import { dialledTargets } from '../../src/plan/dialled-targets.ts';
import type { Scenario, TargetRef } from '../../src/model/scenario.ts';
import { parseScenarioText } from '../../src/scenario/parse-scenario-text.ts';

const text = `
apiVersion: gatecrash.dev/v1alpha1
kind: Scenario
metadata: {name: one, tags: [services]}
spec:
  description: One.
  reference: none
  status: required
  namespaces: {shop: {}, other: {}}
  pods:
    first: {namespace: shop, labels: {app: web}, listen: [{port: 8080, name: web}, 53/udp]}
    second: {namespace: shop, labels: {app: web}, listen: [{port: 9090, name: web}]}
    ended: {namespace: shop, labels: {app: web}, completes: true}
    elsewhere: {namespace: other, labels: {app: web}, listen: [{port: 8080, name: web}]}
    idle: {namespace: shop, labels: {app: idle}, listen: [8080/tcp]}
  services:
    named: {namespace: shop, selector: {app: web}, headless: true, ports: [{port: 80, targetPort: web, name: first}, {port: 81, targetPort: web, name: again}]}
    numbered: {namespace: shop, selector: {app: web}, headless: true, ports: [{port: 80, targetPort: 9090}]}
    nobody: {namespace: shop, selector: {app: idle}, headless: true, ports: [{port: 80, targetPort: 8080}]}
    ordinary: {namespace: shop, selector: {app: web}, ports: [{port: 80, targetPort: web}]}
  attempts: [{from: idle, to: first, expect: allowed}]
`;

const [scenario] = parseScenarioText(text, 'one.yaml', () => ({ problem: 'none' }) as never).scenarios;
const service = (name: string, port?: number): TargetRef => ({ kind: 'service', name, port, protocol: undefined });

function dialled(to: TargetRef, podLabels?: Record<string, Record<string, string>>): string[] {
	if (!scenario) throw new Error('the scenario is wrong');
	return dialledTargets(to, scenario satisfies Scenario, { pods: Object.keys(scenario.pods), podLabels }).map(
		({ to: { name, backend }, dialled: { port, protocol } }) => `${backend ?? name}:${port}/${protocol}`,
	);
}

describe('what a target stands for', () => {
	it('is each pod behind a headless Service, at its own number of the named port', () => {
		expect(dialled(service('named', 80))).to.deep.equal(['first:8080/tcp', 'second:9090/tcp']);
	});

	it('is one path where two ports of the Service lead to one of the pod', () => {
		expect(dialled(service('named'))).to.deep.equal(['first:8080/tcp', 'second:9090/tcp']);
	});

	it('is a numbered target port also where nobody listens', () => {
		expect(dialled(service('numbered', 80))).to.deep.equal(['first:9090/tcp', 'second:9090/tcp']);
	});

	it('follows labels', () => {
		const labels = { first: { app: 'gone' }, idle: { app: 'web' } };
		expect(dialled(service('numbered', 80), labels)).to.deep.equal(['second:9090/tcp', 'idle:9090/tcp']);
	});

	it('is the Service itself where nobody is behind it, or it is not headless', () => {
		expect(dialled(service('nobody', 80), { idle: { app: 'busy' } })).to.deep.equal(['nobody:80/tcp']);
		expect(dialled(service('ordinary', 80))).to.deep.equal(['ordinary:80/tcp']);
	});
});
