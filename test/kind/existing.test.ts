import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import { parse, parseAllDocuments, stringify } from 'yaml';
import type { RunVerdicts } from '../../src/model/verdict.ts';
import { admin, adminKubeconfig, apply, expectUnchanged } from './support/admin.ts';
import { gatecrash, start } from './support/gatecrash.ts';

const catalogue = fileURLToPath(new URL('../../scenarios/network-policy', import.meta.url));
const own = ['allow-from-namespace', 'pod-relabelled', 'service-target-port', 'node-to-pod'].map((name) =>
	join(catalogue, `${name}.yaml`),
);
const place = 'existing-test';
const account = 'existing-test-runner';

const staging = `
apiVersion: gatecrash.dev/v1alpha1
kind: Scenario
metadata: {name: staging}
spec:
  namespaces: {${place}: {existing: true}}
  pods:
    web: {namespace: ${place}, labels: {app: web}}
    stranger: {namespace: ${place}, labels: {app: stranger}}
    database: {namespace: ${place}, labels: {app: database}, listen: [5432/tcp]}
    other: {namespace: ${place}, labels: {app: other}, listen: [5432/tcp]}
  attempts:
    - {from: web, to: database:5432, expect: allowed}
    - {from: stranger, to: database:5432, expect: blocked}
    - {from: stranger, to: other:5432, expect: allowed}
`;

interface Ran {
	exitCode: number | undefined;
	stderr: string;
	verdicts: RunVerdicts | undefined;
}

describe('an existing cluster', function () {
	this.timeout(180_000);
	let folder: string;
	let image: string;
	const file = (name: string) => join(folder, name);
	before(async () => {
		folder = mkdtempSync(join(tmpdir(), 'gatecrash-existing-'));
		const nodes = JSON.parse(await admin(['get', 'nodes', '--output', 'json'])) as {
			items: { status: { images: { names: string[] }[] } }[];
		};
		const names = nodes.items.flatMap(({ status }) => status.images.flatMap((one) => one.names));
		image = names.find((name) => name.includes('/agent:')) ?? '';
		writeFileSync(file('staging.yaml'), staging);
		await apply(...stagingObjects(image), {
			apiVersion: 'v1',
			kind: 'ServiceAccount',
			metadata: { name: account, namespace: place },
		});
		await admin(['rollout', 'status', '--namespace', place, 'statefulset/database', '--timeout=60s']);
	});
	after(async () => {
		await admin(['delete', 'namespace', place]);
		rmSync(folder, { recursive: true, force: true });
	});

	async function run(paths: string[], kubeconfig: string, flags: string[] = [], env = {}): Promise<Ran> {
		const where = ['--cluster', 'existing', '--kubeconfig', kubeconfig, '--out', file('runs')];
		const { exitCode, stdout, stderr } = await start(['run', ...paths, ...where, '--json', ...flags], env);
		const json = stdout.startsWith('{') ? (JSON.parse(stdout) as RunVerdicts) : undefined;
		return { exitCode, stderr, verdicts: json };
	}

	/** Applies what `gatecrash rbac` prints, and gives a kubeconfig with these rights and no others. */
	async function limited(paths: string[], without: (verb: string, resource: string) => boolean = () => false) {
		const name = `existing-test-${Math.random().toString(36).slice(2, 8)}`;
		const subject = `serviceaccount/${place}/${account}`;
		const { stdout, exitCode } = await gatecrash('rbac', ...paths, '--name', name, '--subject', subject);
		expect(exitCode).to.equal(0);
		const roles = parseAllDocuments(stdout).map((document) => document.toJS() as Role);
		for (const rule of roles.flatMap(({ rules = [] }) => rules)) {
			rule.verbs = rule.verbs.filter((verb) => !without(verb, rule.resources[0] ?? ''));
		}
		for (const role of roles) role.rules = role.rules?.filter(({ verbs }) => verbs.length > 0);
		await apply(...roles);
		const token = (await admin(['create', 'token', account, '--namespace', place, '--duration=1h'])).trim();
		const config = parse(readFileSync(adminKubeconfig, 'utf8')) as { users: { user: object }[] };
		for (const entry of config.users) entry.user = { token };
		writeFileSync(file(`${name}.kubeconfig`), stringify(config));
		const remove = async () => {
			for (const { kind, metadata } of roles) {
				await admin([
					'delete',
					kind,
					metadata.name,
					...(metadata.namespace ? ['--namespace', metadata.namespace] : []),
				]);
			}
		};
		return { kubeconfig: file(`${name}.kubeconfig`), roles, remove };
	}

	it('is used with exactly the rights that rbac prints, and uses all of them', async () => {
		const { kubeconfig, roles, remove } = await limited(own);
		writeFileSync(file('trace.mjs'), tracer(file('trace.log')));
		const { exitCode, verdicts, stderr } = await run(own, kubeconfig, [], {
			NODE_OPTIONS: `--import ${file('trace.mjs')}`,
		});
		await remove();
		const cells = verdicts?.scenarios.flatMap((scenario) => scenario.cells) ?? [];
		const wrong = cells.filter(({ verdict }) => verdict !== 'enforced');
		expect(
			wrong.map(({ id, reasons }) => `${id}: ${reasons.map(({ text }) => text).join('; ')}`),
			stderr,
		).to.deep.equal([]);
		expect(exitCode, stderr).to.equal(0);
		const used = usedRights(readFileSync(file('trace.log'), 'utf8'));
		const granted = roles
			.filter(({ kind, metadata }) => kind === 'ClusterRole' && !metadata.name.endsWith('-facts'))
			.flatMap(({ rules = [] }) =>
				rules.flatMap(({ verbs, resources }) => verbs.map((verb) => `${verb} ${resources[0]}`)),
			);
		expect([...used].filter((right) => !granted.includes(right))).to.deep.equal([]);
		// A server-side apply that makes an object needs `create` too, newer API servers want it for attaching, and what is
		// there at the first look need not be watched.
		const implied = /^(create (configmaps|networkpolicies|pods|pods\/attach|serviceaccounts|services)|watch .*)$/;
		expect(granted.filter((right) => !used.has(right) && !implied.test(right))).to.deep.equal([]);
	});

	it('names every missing right at once, before anything is made', async () => {
		const lacks = (verb: string, resource: string) =>
			resource === 'pods/attach' || (resource === 'networkpolicies' && verb === 'delete') || resource === 'nodes';
		const { kubeconfig, remove } = await limited(own, lacks);
		const before = await admin(['get', 'namespaces', '--output', 'name']);
		const { exitCode, stderr } = await run(own, kubeconfig);
		await remove();
		expect(exitCode).to.equal(3);
		expect(stderr).to.include('lack 4 rights');
		for (const right of [
			'list nodes',
			'create pods/attach',
			'get pods/attach',
			'delete networkpolicies.networking.k8s.io',
		]) {
			expect(stderr).to.include(`${right} in the whole cluster`);
		}
		expect(await admin(['get', 'namespaces', '--output', 'name'])).to.equal(before);
	});

	it('is refused when something of it looks like production, unless its context is named', async () => {
		const renamed = readFileSync(adminKubeconfig, 'utf8').replaceAll(/kind-[\w-]+/g, 'eks-prod');
		writeFileSync(file('prod.kubeconfig'), renamed);
		const { exitCode, stderr } = await run(own, file('prod.kubeconfig'));
		expect(exitCode).to.equal(3);
		expect(stderr).to.include('looks like production: context "eks-prod", cluster "eks-prod"');
		const flags = ['--cluster', 'existing', '--kubeconfig', file('prod.kubeconfig')];
		const planned = await gatecrash('plan', ...own, ...flags, '--allow-context', 'eks-prod');
		expect(planned.exitCode, planned.stderr).to.equal(0);
		// What the names will be is known before anything is made.
		expect(planned.stdout).to.match(/^ {2}namespaces: (\S+) → gc-RUN-\1/m);
	});

	it('proves its own policies by contrast, with rights in that namespace only, and touches nothing in it', async () => {
		const state = async () =>
			(
				await admin([
					...[
						'get',
						'pods,services,statefulsets,replicasets,networkpolicies,configmaps,serviceaccounts',
						'--namespace',
					],
					...[
						place,
						'--no-headers',
						'--output',
						'custom-columns=K:.kind,N:.metadata.name,U:.metadata.uid,G:.metadata.generation',
					],
				])
			)
				.split('\n')
				.sort();
		const { kubeconfig, roles, remove } = await limited([file('staging.yaml')]);
		const cluster = roles.find(({ kind, metadata }) => kind === 'ClusterRole' && !metadata.name.endsWith('-facts'));
		expect(cluster?.rules).to.deep.equal([{ apiGroups: [''], resources: ['nodes'], verbs: ['list'] }]);
		const before = await state();
		const seen = watchNamespace();
		const { exitCode, verdicts, stderr } = await run([file('staging.yaml')], kubeconfig);
		const { behind, pods } = await seen.stop();
		await remove();
		expect(exitCode, stderr).to.equal(0);
		const cells = verdicts?.scenarios.flatMap((scenario) => scenario.cells) ?? [];
		expect(cells.map(({ verdict, proof }) => `${verdict} ${proof}`)).to.include('enforced contrast');
		expect(cells.every(({ verdict }) => verdict === 'enforced')).to.equal(true);
		// The probe database was there, and neither Ready, nor behind the Service, nor adopted by the ReplicaSet.
		expect([...pods].some((name) => /^gc-[0-9a-f]{6}-database$/.test(name))).to.equal(true);
		expect([...behind].filter((name) => name.startsWith('gc-'))).to.deep.equal([]);
		await expectUnchanged(before, state, 'the namespace of others');
	});

	it('gets no probe pod that a Service would send traffic to, and none in a namespace that is not there', async () => {
		const eager = {
			...{ apiVersion: 'v1', kind: 'Service', metadata: { name: 'eager', namespace: place } },
			spec: { selector: { app: 'database' }, ports: [{ port: 1 }], publishNotReadyAddresses: true },
		};
		await apply(eager);
		const attracted = await run([file('staging.yaml')], adminKubeconfig);
		await admin(['delete', 'service', 'eager', '--namespace', place]);
		expect(attracted.exitCode).to.equal(3);
		expect(attracted.stderr).to.include(`Service ${place}/eager would send traffic to the probe pod database`);
		writeFileSync(file('missing.yaml'), staging.replaceAll(place, 'existing-test-missing'));
		const missing = await run([file('missing.yaml')], adminKubeconfig);
		expect(missing.exitCode).to.equal(3);
		expect(missing.stderr).to.include('there is no namespace existing-test-missing');
	});

	it('is warned about at once when two enforcers act, and in the report', async () => {
		const labels = { app: 'second-enforcer' };
		await apply({
			...{ apiVersion: 'apps/v1', kind: 'DaemonSet', metadata: { name: 'kube-network-policies', namespace: place } },
			spec: {
				selector: { matchLabels: labels },
				template: {
					metadata: { labels },
					spec: {
						terminationGracePeriodSeconds: 0,
						containers: [
							{ name: 'kube-network-policies', image: image.replace(/[^/]*$/, 'kube-network-policies:v0.9.9') },
						],
					},
				},
			},
		});
		await sleep(1000);
		const { stderr, verdicts } = await run([file('staging.yaml')], adminKubeconfig);
		await admin(['delete', 'daemonset', 'kube-network-policies', '--namespace', place]);
		const warning = stderr.split('\n').find((line) => line.includes('2 enforcers of NetworkPolicy act at once'));
		expect(warning).to.match(/^warning .*calico v[\d.]+/);
		expect(warning).to.include('kube-network-policies v0.9.9');
		expect(verdicts?.cluster?.warnings?.join('\n')).to.include('2 enforcers');
		expect(verdicts?.cluster?.enforcers).to.have.length(2);
	});
});

interface Role {
	kind: string;
	metadata: { name: string; namespace?: string };
	rules?: { verbs: string[]; resources: string[] }[] | undefined;
}

/** Which pods there were, and which of them a Service had behind it, while a run went on. */
function watchNamespace(): { stop: () => Promise<{ pods: Set<string>; behind: Set<string> }> } {
	const pods = new Set<string>();
	const behind = new Set<string>();
	let stopped = false;
	const watching = (async () => {
		while (!stopped) {
			const names = ['get', 'pods', '--namespace', place, '--output', 'name'];
			const ready = '{range .items[*].endpoints[?(@.conditions.ready==true)]}{.targetRef.name}{"\\n"}{end}';
			const slices = ['get', 'endpointslices', '--namespace', place, '--output', `jsonpath=${ready}`];
			for (const name of (await admin(names)).split('\n')) pods.add(name.replace('pod/', ''));
			for (const name of (await admin(slices)).split('\n')) behind.add(name);
			await sleep(200);
		}
	})();
	return {
		async stop() {
			stopped = true;
			await watching;
			return { pods, behind };
		},
	};
}

/** As a team's namespace looks: a policy, a Service, and controllers that would adopt pods of their labels. */
function stagingObjects(image: string): object[] {
	const labels = { app: 'database' };
	const pod = {
		containers: [{ name: 'main', image, imagePullPolicy: 'IfNotPresent', command: ['sleep', 'infinity'] }],
	};
	const spec = {
		...{ replicas: 1, selector: { matchLabels: labels } },
		template: { metadata: { labels }, spec: { ...pod, terminationGracePeriodSeconds: 0 } },
	};
	const metadata = { name: 'database', namespace: place };
	return [
		{ apiVersion: 'v1', kind: 'Namespace', metadata: { name: place } },
		{
			...{ apiVersion: 'networking.k8s.io/v1', kind: 'NetworkPolicy', metadata },
			spec: {
				podSelector: { matchLabels: labels },
				ingress: [{ from: [{ podSelector: { matchLabels: { app: 'web' } } }] }],
			},
		},
		{ apiVersion: 'v1', kind: 'Service', metadata, spec: { selector: labels, ports: [{ port: 5432 }] } },
		{ apiVersion: 'apps/v1', kind: 'StatefulSet', metadata, spec: { ...spec, serviceName: 'database' } },
		{
			...{ apiVersion: 'apps/v1', kind: 'ReplicaSet', metadata: { name: 'other', namespace: place } },
			spec: {
				...{ replicas: 1, selector: { matchLabels: { app: 'other' } } },
				template: { metadata: { labels: { app: 'other' } }, spec: { ...pod, terminationGracePeriodSeconds: 0 } },
			},
		},
	];
}

/** A module that writes down every call of the process to an API server. */
function tracer(log: string): string {
	return `
		import https from 'node:https';
		import { syncBuiltinESMExports } from 'node:module';
		import { appendFileSync } from 'node:fs';
		const original = https.request;
		https.request = function (first, second, ...rest) {
			const options = first instanceof URL || typeof first === 'string' ? second : first;
			const path = first instanceof URL ? first.pathname + first.search : options.path;
			appendFileSync(${JSON.stringify(log)}, (options?.method ?? 'GET') + ' ' + path + '\\n');
			return original.call(this, first, second, ...rest);
		};
		syncBuiltinESMExports();`;
}

/** As RBAC sees calls: `create pods`. Discovery, reviews of one's own rights and the facts are left out. */
function usedRights(trace: string): Set<string> {
	const rights = new Set<string>();
	for (const line of trace.split('\n')) {
		const [method = '', path = ''] = line.split(' ');
		const [plain = '', query = ''] = path.split('?');
		const parts = plain.replace(/^\/(api\/v1|apis\/[^/]+\/[^/]+)\/?/, '').split('/');
		const inside = parts[0] === 'namespaces' && parts.length > 2 ? parts.slice(2) : parts;
		const [resource = '', name, sub] = inside;
		if (resource === '' || plain === '/version' || /selfsubject|daemonsets|deployments|servicecidrs/.test(plain))
			continue;
		// Read where it is permitted: the ranges of kubeadm and Calico, the API server's own Service.
		if (/kubeadm-config|ippools|default\/services\/kubernetes/.test(plain)) continue;
		const verb = {
			POST: 'create',
			PATCH: 'patch',
			DELETE: 'delete',
			GET: name !== undefined ? 'get' : query.includes('watch=true') ? 'watch' : 'list',
		}[method];
		rights.add(`${verb} ${sub === undefined ? resource : `${resource}/${sub}`}`);
	}
	return rights;
}
