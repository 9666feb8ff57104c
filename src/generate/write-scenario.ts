import { Document, isMap, isSeq, type Node, type YAMLMap } from 'yaml';
import type { ListenSpec, PodSpec, Scenario } from '../model/scenario.ts';
import { attemptValue, listenText } from '../mutate/remedy.ts';
import type { ChosenAttempt, ChosenAttempts } from './chosen.ts';

export interface WrittenScenario {
	/** What stands at the head, as comments. */
	head: readonly string[];
	/** Why each attempt is there; without them a large file stays within its bounds. */
	reasons: boolean;
}

/** The text of a scenario file. */
export function writeScenario({ scenario, chosen }: ChosenAttempts, how: WrittenScenario): string {
	const { services, external } = scenario;
	const document = new Document({
		apiVersion: 'gatecrash.dev/v1alpha1',
		kind: 'Scenario',
		metadata: { name: scenario.name, tags: ['generated'] },
		spec: {
			description: 'Generated from policies: few attempts that notice mistakes in them; gatecrash mutate counts which.',
			namespaces: mapped(scenario.namespaces, namespaceValue),
			pods: mapped(scenario.pods, podValue),
			...(Object.keys(services).length > 0 && { services: mapped(services, serviceValue) }),
			...(Object.keys(external).length > 0 && { external: mapped(external, externalValue) }),
			policies: Object.fromEntries(scenario.policies.map(({ name, object }) => [name, { object }])),
			attempts: chosen.map(({ found }) => attemptValue(found)),
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

function mapped<T>(record: Readonly<Record<string, T>>, write: (value: T) => unknown): Record<string, unknown> {
	return Object.fromEntries(Object.entries(record).map(([name, value]) => [name, write(value)]));
}

function podValue(pod: PodSpec): Record<string, unknown> {
	return {
		namespace: pod.namespace,
		...(Object.keys(pod.labels).length > 0 && { labels: pod.labels }),
		...(Object.keys(pod.annotations).length > 0 && { annotations: pod.annotations }),
		...(pod.serviceAccount !== undefined && { serviceAccount: pod.serviceAccount }),
		...(pod.hostNetwork && { hostNetwork: true }),
		...(pod.mesh !== undefined && { mesh: pod.mesh }),
		...(pod.listen.length > 0 && { listen: pod.listen.map(listenValue) }),
	};
}

function externalValue({ listen, addresses }: Scenario['external'][string]): Record<string, unknown> {
	return { listen: listen.map(listenValue), ...(addresses && { addresses }) };
}

function listenValue({ port, protocol, name, speaks }: ListenSpec): unknown {
	if (name === undefined && speaks === protocol) return listenText(port, protocol);
	return { port, protocol, ...(name !== undefined && { name }), ...(speaks !== protocol && { speaks }) };
}

function serviceValue({ namespace, selector, ports, headless }: Scenario['services'][string]): Record<string, unknown> {
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

function namespaceValue({ labels, mesh }: Scenario['namespaces'][string]): Record<string, unknown> {
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
