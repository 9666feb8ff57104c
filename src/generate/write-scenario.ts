import { Document, isMap, isSeq, type Node, type YAMLMap } from 'yaml';
import { meshRootNamespace } from '../model/policy.ts';
import type { ListenSpec, Scenario } from '../model/scenario.ts';
import { attemptValue, listenText } from '../mutate/remedy.ts';
import { mayActOn } from '../mutate/policy-parts.ts';
import type { World } from '../policy/world.ts';
import type { ChosenAttempt, ChosenAttempts } from './choose-attempts.ts';
import type { GenerateInput } from './input.ts';

export interface WrittenScenario {
	/** What stands at the head, as comments. */
	head: readonly string[];
	/** Why each attempt is there; without them a large file stays within its bounds. */
	reasons: boolean;
}

/** The text of a scenario file with just the pods, namespaces and endpoints that its attempts need. */
export function writeScenario(input: GenerateInput, { subject, chosen }: ChosenAttempts, how: WrittenScenario): string {
	const { scenario, timeline } = subject;
	const world = timeline.moments.at(-1)?.world;
	if (!world) throw new Error('a timeline has a moment');
	const needed = neededNames(scenario, chosen, world);
	const listens = listensFor(chosen);
	const pods = Object.fromEntries([...needed.pods].map((name) => [name, podValue(name, scenario, listens)]));
	const external = Object.fromEntries(
		[...needed.external].map((name) => [name, externalValue(name, scenario, listens)]),
	);
	const services = Object.fromEntries([...needed.services].map((name) => [name, serviceValue(name, scenario)]));
	const names = new Set([...needed.pods].map((name) => scenario.pods[name]?.namespace ?? ''));
	for (const { object } of input.policies) names.add(object.metadata.namespace ?? 'default');
	for (const name of Object.keys(input.namespaces)) names.add(name);
	names.delete(meshRootNamespace);
	const namespaces = Object.fromEntries([...names].map((name) => [name, namespaceValue(name, scenario)]));
	const document = new Document({
		apiVersion: 'gatecrash.dev/v1alpha1',
		kind: 'Scenario',
		metadata: { name: input.name, tags: ['generated'] },
		spec: {
			description: 'Generated from policies: few attempts that notice mistakes in them; gatecrash mutate counts which.',
			namespaces,
			pods,
			...(Object.keys(services).length > 0 && { services }),
			...(Object.keys(external).length > 0 && { external }),
			policies: Object.fromEntries(input.policies.map(({ name, object }) => [name, { object }])),
			attempts: chosen.map(({ found }) => attemptValue(found, undefined)),
		},
	});
	document.commentBefore = how.head.map((line) => ` ${line}`).join('\n');
	inFlow(document, ['metadata', 'tags']);
	for (const key of ['namespaces', 'pods', 'services', 'external']) eachInFlow(document, ['spec', key]);
	const attempts = document.getIn(['spec', 'attempts']);
	if (isSeq(attempts)) {
		for (const [index, item] of attempts.items.entries()) {
			if (!isMap(item)) continue;
			item.flow = true;
			const attempt = chosen[index];
			if (how.reasons && attempt)
				item.commentBefore = reasonOf(attempt)
					.map((line) => ` ${line}`)
					.join('\n');
		}
	}
	return document.toString({ lineWidth: 0, flowCollectionPadding: false });
}

interface Needed {
	pods: Set<string>;
	external: Set<string>;
	services: Set<string>;
}

/** The ends of the attempts, what stands behind Services, and for each policy one pod that it selects. */
function neededNames(scenario: Scenario, chosen: readonly ChosenAttempt[], world: World): Needed {
	const needed: Needed = { pods: new Set(), external: new Set(), services: new Set() };
	for (const { found } of chosen) {
		const { from, to } = found.attempt.connection;
		for (const { kind, name } of [from, to]) {
			if (kind === 'pod') needed.pods.add(name);
			if (kind === 'external') needed.external.add(name);
			if (kind === 'service') needed.services.add(name);
		}
	}
	// A sidecar knows a pod by its Services, also where the attempt goes to the pod itself.
	for (const [name, { namespace, selector }] of Object.entries(scenario.services)) {
		const behind = Object.entries(scenario.pods).filter(
			([, pod]) =>
				pod.namespace === namespace && Object.entries(selector).every(([key, value]) => pod.labels[key] === value),
		);
		if (needed.services.has(name)) for (const [pod] of behind) needed.pods.add(pod);
		else if (
			behind.some(([pod]) => needed.pods.has(pod)) &&
			Object.values(scenario.namespaces).some(({ mesh }) => mesh === 'sidecar')
		)
			needed.services.add(name);
	}
	for (const text of referencesIn(scenario)) {
		if (scenario.pods[text]) needed.pods.add(text);
		if (scenario.external[text]) needed.external.add(text);
		if (scenario.services[text]) needed.services.add(text);
	}
	for (const { object } of scenario.policies) {
		const selected = Object.entries(world.pods).filter(([name, pod]) => scenario.pods[name] && mayActOn(object, pod));
		if (object.kind === 'NetworkPolicy' && !selected.some(([name]) => needed.pods.has(name))) {
			const [first] = selected;
			if (first) needed.pods.add(first[0]);
		}
	}
	return { ...needed, pods: inOrder(needed.pods, scenario) };
}

/** Names in `$(...)` of policies. */
function referencesIn({ policies }: Scenario): string[] {
	const text = JSON.stringify(policies.map(({ object }) => object));
	return [...text.matchAll(/\$\((?:pods|external|services|nodes)\.(?:of:)?([^().]+)\./g)].map(
		(match) => match[1] ?? '',
	);
}

function inOrder(names: ReadonlySet<string>, { pods }: Scenario): Set<string> {
	return new Set(Object.keys(pods).filter((name) => names.has(name)));
}

/** By target: ports that attempts dial there. */
function listensFor(chosen: readonly ChosenAttempt[]): Map<string, Set<string>> {
	const listens = new Map<string, Set<string>>();
	for (const { found } of chosen) {
		const { to, port, protocol } = found.attempt.connection;
		const key = `${to.kind} ${to.name}`;
		listens.set(key, (listens.get(key) ?? new Set()).add(listenText(port, protocol)));
	}
	return listens;
}

function podValue(name: string, scenario: Scenario, listens: Map<string, Set<string>>): Record<string, unknown> {
	const pod = scenario.pods[name];
	if (!pod) throw new Error(`there is no pod ${name}`);
	const listen = listenValues(pod.listen, listens.get(`pod ${name}`));
	return {
		namespace: pod.namespace,
		...(Object.keys(pod.labels).length > 0 && { labels: pod.labels }),
		...(Object.keys(pod.annotations).length > 0 && { annotations: pod.annotations }),
		...(pod.serviceAccount !== undefined && { serviceAccount: pod.serviceAccount }),
		...(pod.hostNetwork && { hostNetwork: true }),
		...(pod.mesh !== undefined && { mesh: pod.mesh }),
		...(listen.length > 0 && { listen }),
	};
}

function externalValue(name: string, scenario: Scenario, listens: Map<string, Set<string>>): Record<string, unknown> {
	const { listen: own = [], addresses } = scenario.external[name] ?? {};
	return { listen: listenValues(own, listens.get(`external ${name}`)), ...(addresses && { addresses }) };
}

/** Declared ones, and those that are only there to be attempted. */
function listenValues(own: readonly ListenSpec[], dialled: ReadonlySet<string> = new Set()): unknown[] {
	const declared = own.map(({ port, protocol, name, speaks }) => {
		if (name === undefined && speaks === protocol) return listenText(port, protocol);
		return { port, protocol, ...(name !== undefined && { name }), ...(speaks !== protocol && { speaks }) };
	});
	const there = new Set(own.map(({ port, protocol }) => listenText(port, protocol)));
	return [...declared, ...[...dialled].filter((text) => !there.has(text))];
}

function serviceValue(name: string, { services }: Scenario): Record<string, unknown> {
	const service = services[name];
	if (!service) throw new Error(`there is no Service ${name}`);
	const { namespace, selector, ports, headless } = service;
	return {
		...{ namespace, selector },
		ports: ports.map(({ port, targetPort, protocol, name: portName }) => ({
			port,
			...(targetPort !== port && { targetPort }),
			...(protocol !== 'tcp' && { protocol }),
			...(portName !== undefined && { name: portName }),
		})),
		...(headless && { headless }),
	};
}

function namespaceValue(name: string, { namespaces }: Scenario): Record<string, unknown> {
	const { labels = {}, mesh } = namespaces[name] ?? {};
	return { ...(Object.keys(labels).length > 0 && { labels }), ...(mesh === 'sidecar' && { mesh }) };
}

function reasonOf({ because, tells }: ChosenAttempt): string[] {
	const [first, ...more] = tells.map(({ id }) => id);
	const notices = first === undefined ? [] : [`notices ${first}${more.length > 0 ? ` and ${more.length} more` : ''}`];
	return [...because.slice(0, 2), ...notices].map((line) => line.replaceAll(/\s+/g, ' '));
}

function inFlow(document: Document, path: readonly string[]): void {
	const node = document.getIn(path);
	if (isMap(node) || isSeq(node)) node.flow = true;
}

function eachInFlow(document: Document, path: readonly string[]): void {
	const map = document.getIn(path);
	if (!isMap(map)) return;
	for (const { value } of (map as YAMLMap<unknown, Node>).items) if (isMap(value)) value.flow = true;
}
