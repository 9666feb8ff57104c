import { expect } from 'chai';
import { parseScenarioText } from '../../src/scenario/parse-scenario-text.ts';

const attempts = 'attempts: {from: client, to: "web:80", rate: 20/s, before: 1s, after: 1s}';

/** `code: message` of each problem. */
function problemsOf(faults: string[], rest = ''): string[] {
	const text = `
apiVersion: gatecrash.dev/v1alpha1
kind: Scenario
metadata: {name: s}
spec:
  namespaces: {shop: {}}
  pods:
    web: {namespace: shop, labels: {app: web}, listen: [80/tcp]}
    client: {namespace: shop, labels: {app: client}}
    heir: {namespace: shop, labels: {app: heir}}
  policies:
    deny:
      object: {apiVersion: networking.k8s.io/v1, kind: NetworkPolicy, metadata: {name: deny, namespace: shop}, spec: {podSelector: {}}}
${rest}  chaos:
${faults.map((fault) => `    - {${fault}}`).join('\n')}
`;
	const { diagnostics } = parseScenarioText(text, 's.yaml', () => {
		throw new Error('no policy files here');
	});
	return diagnostics.map(({ code, message }) => `${code}: ${message}`);
}

describe('checks of chaos', () => {
	it('take every fault with what it needs', () => {
		const faults = [
			'fault: restart-enforcer, target: {node: a}',
			'fault: flush-enforcer',
			'fault: flip-policy, target: {policy: deny}',
			'fault: policy-churn, target: {policy: deny}',
			'fault: relabel-pod, target: {pod: client}, set: {app: web}',
			'fault: relabel-namespace, target: {namespace: shop}, set: {team: one}',
			'fault: delete-pod, target: {pod: web}',
			'fault: pod-churn, target: {pod: client, successor: heir}',
			'fault: stop-mesh-control-plane',
		];
		expect(problemsOf(faults.map((fault) => `${fault}, ${attempts}`))).to.deep.equal([]);
	});

	for (const [what, fault, problem] of [
		['a target that is missing', 'fault: flip-policy', /missing-key: flip-policy needs target.policy/],
		['each of two', 'fault: pod-churn, target: {pod: client}', /pod-churn needs target.successor/],
		[
			'a target without meaning',
			'fault: restart-enforcer, target: {pod: web}',
			/conflict: pod has no meaning for restart-enforcer/,
		],
		['labels that are missing', 'fault: relabel-pod, target: {pod: client}', /relabel-pod needs set/],
		[
			'labels without meaning',
			'fault: delete-pod, target: {pod: web}, set: {app: web}',
			/set has no meaning for delete-pod/,
		],
		['names that there are not', 'fault: delete-pod, target: {pod: wbe}', /unknown-name: there is no pod named wbe/],
		['a fault that there is not', 'fault: restart-enforcers', /"restart-enforcers" is not allowed here/],
	] as const) {
		it(`refuse ${what}`, () => {
			const problems = problemsOf([`${fault}, ${attempts}`]);
			expect(problems).to.have.length(1);
			expect(problems[0]).to.match(problem);
		});
	}

	it('refuse more than 200 tries per second, and two faults of one name', () => {
		const fast = attempts.replace('20/s', '201/s');
		expect(problemsOf([`fault: restart-enforcer, ${fast}`]).join()).to.match(/at most 200 tries per second/);
		const twice = [`fault: restart-enforcer, ${attempts}`, `fault: restart-enforcer, ${attempts}`];
		expect(problemsOf(twice).join()).to.match(/duplicate-name: another fault is named restart-enforcer already/);
		expect(problemsOf([twice[0] ?? '', `name: again, ${twice[1]}`])).to.deep.equal([]);
	});

	it('refuse a successor anywhere else: it only exists while another pod is away', () => {
		const churn = `fault: pod-churn, target: {pod: client, successor: heir}, ${attempts}`;
		const rest = '  attempts: [{from: heir, to: "web:80", expect: blocked}]\n';
		expect(problemsOf([churn], rest).join()).to.match(/the pod heir only exists while another one is away/);
		const other = `fault: delete-pod, target: {pod: heir}, ${attempts}`;
		expect(problemsOf([churn, other]).join()).to.match(/the pod heir only exists while another one is away/);
	});

	it('take queries, and refuse what has no meaning for their kind, is missing, or is asked of nobody', () => {
		const asks = (text: string) =>
			problemsOf([`fault: restart-dns, attempts: {from: client, rate: 20/s, before: 1s, after: 1s, ${text}}`]);
		const query = 'query: {name: web.shop.svc.cluster.local}';
		expect(asks(`kind: dns, via: cluster, over: [udp, tcp], ${query}`)).to.deep.equal([]);
		expect(asks(`kind: dns, via: [cluster, external/gone], ${query}`).join()).to.match(
			/no external endpoint named gone/,
		);
		expect(asks(`kind: dns, to: "web:80", via: cluster, ${query}`).join()).to.match(/to has no meaning for kind: dns/);
		expect(asks('kind: dns, via: cluster').join()).to.match(/the key "query" is missing/);
		expect(asks(`to: "web:80", ${query}`).join()).to.match(/query has no meaning for kind: connect/);
		expect(asks('kind: connect').join()).to.match(/the key "to" is missing/);
	});
});
