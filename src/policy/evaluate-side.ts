import type { Protocol } from '../model/address.ts';
import { decideSide, type Side } from './decide-side.ts';
import type { Destination } from './destination.ts';
import { type Place, placeOfExternal, placeOfNode, placeOfPod } from './place.ts';
import type { Direction, Party, PolicyIndex } from './policy-index.ts';
import { onSameNode, whereabouts } from './same-node.ts';
import { anyOf, type Truth, underEachReading } from './truth.ts';
import { whyUnpredictable } from './unmodelled.ts';
import type { Connection, PodFacts } from './world.ts';

/** One end of a connection, with what decided it. */
export interface EvaluatedSide extends Side {
	direction: Direction;
	/** The end whose policies were asked. */
	subject: string;
	/** Why it is `open` or `unknown`, or why no policy is asked. */
	note: string | undefined;
}

/** What leaves the client. */
export function evaluateEgress(index: PolicyIndex, connection: Connection, to: Destination): EvaluatedSide {
	const { from, protocol, family } = connection;
	const subject = endText(from);
	const begin = begun(index, 'egress', subject, from.kind === 'pod' ? from.name : undefined, protocol);
	if ('verdict' in begin) return begin;
	const { pod } = begin;
	const ask = (other: Party): Side =>
		decideSide(index, {
			...{ direction: 'egress', pod, other, port: to.port, protocol: begin.protocol, family, destination: to.pod },
		});
	const side: EvaluatedSide = {
		...ask({ pod: to.pod, place: to.place }),
		...{ direction: 'egress', subject, note: undefined },
	};
	if (side.selectedBy.length === 0) return side;
	if (to.through?.kind === 'service') {
		leave(side, [ask({ pod: to.pod, place: to.through.place }).verdict], notes.serviceAddress);
	} else if (to.through) {
		// The address of a node, and a port that may not be known yet: without any rule it is forbidden all the same.
		const rules = index.selecting(pod, 'egress').flatMap((policy) => policy.egress ?? []);
		leave(side, [rules.length === 0 ? 'no' : 'open'], notes.nodePort);
	}
	if (to.pod?.hostNetwork) leave(side, [ask({ pod: undefined, place: to.place }).verdict], notes.hostNetwork);
	if (pod.hostNetwork) leave(side, ['yes'], notes.hostNetwork);
	if (to.node) {
		const same = onSameNode(whereabouts(from.name, pod), to.node, index.world);
		if (same === 'yes') leave(side, ['yes'], notes.ownNode);
		else if (same === 'unknown' && side.verdict === 'no') note(side, 'unknown', notes.somewhere);
	}
	return isLoop(connection, to) ? leave(side, ['yes'], notes.loopback) : side;
}

/** What arrives at the server. */
export function evaluateIngress(index: PolicyIndex, connection: Connection, to: Destination): EvaluatedSide {
	const { from, protocol, family } = connection;
	const begin = begun(index, 'ingress', to.text, to.podName, protocol);
	if ('verdict' in begin) return begin;
	const { pod } = begin;
	const ask = (other: Party): Side =>
		decideSide(index, {
			...{ direction: 'ingress', pod, other, port: to.port, protocol: begin.protocol, family, destination: pod },
		});
	const client = clientOf(index, connection);
	const side: EvaluatedSide = { ...ask(client), direction: 'ingress', subject: to.text, note: undefined };
	if (side.selectedBy.length === 0) return side;
	const here = whereabouts(to.podName ?? '', pod);
	const fromNode = (node: Parameters<typeof onSameNode>[0], place: Place): Truth =>
		anyOf([ask({ pod: undefined, place }).verdict, onSameNode(node, here, index.world)]);
	if (from.kind === 'node') {
		const verdict = fromNode({ node: from.name }, client.place);
		if (verdict === 'yes' && side.verdict !== 'yes') note(side, 'yes', notes.fromOwnNode);
		else if (verdict !== side.verdict) note(side, verdict, notes.somewhere);
	}
	if (client.pod?.hostNetwork)
		leave(side, [fromNode(whereabouts(from.name, client.pod), client.place)], notes.hostNetwork);
	if (to.through && to.through.kind !== 'service') {
		const rewritten = fromNode({}, nodeSource(placeOfNode(undefined, index.world, family)));
		if (side.verdict !== 'yes' || rewritten !== 'yes') note(side, 'open', notes.nodePort);
	}
	if (pod.hostNetwork) leave(side, ['yes'], notes.hostNetwork);
	return isLoop(connection, to) ? leave(side, ['yes'], notes.loopback) : side;
}

/** Where the specification leaves a point open; the sections are of the concepts page "Network Policies". */
const notes = {
	/** "The NetworkPolicy resource", ipBlock: rewriting may come before or after policies. */
	serviceAddress: 'the specification leaves open whether an ipBlock is held against the Service’s address or the pod’s',
	nodePort: 'the specification leaves open which addresses a policy sees when they are rewritten on the way',
	/** "NetworkPolicy and hostNetwork pods": either as a pod, or as the node. */
	hostNetwork: 'the specification leaves open whether a hostNetwork pod counts as a pod or as its node',
	/** The introduction excepts traffic to and from a pod's own node; "The two sorts of pod isolation" only that from it. */
	ownNode: 'the specification says two things about the way from a pod to its own node',
	/** "The two sorts of pod isolation": connections from the pod's node are allowed beside what rules list. */
	fromOwnNode: 'a pod’s own node always reaches it',
	/** The introduction: a pod cannot block access to itself; engines differ on what goes through a Service. */
	loopback: 'the specification leaves the way of a pod to itself open',
	/** "Network traffic filtering": defined for TCP, UDP and SCTP only. */
	icmp: 'NetworkPolicy is defined for TCP, UDP and SCTP only',
	somewhere: 'it is not known on which node the pod runs, and its own node always reaches it',
} as const;

/** What can be said without asking a rule, or the pod whose policies are to be asked. */
function begun(
	index: PolicyIndex,
	direction: Direction,
	subject: string,
	podName: string | undefined,
	protocol: Connection['protocol'],
): EvaluatedSide | { pod: PodFacts; protocol: Protocol } {
	const said = (verdict: Truth, text: string): EvaluatedSide => ({
		...{ verdict, selectedBy: [], matching: [], rejecting: [], direction, subject, note: text },
	});
	// The introduction: policies apply to a connection with a pod on one or both ends.
	if (podName === undefined) return said('yes', `${subject} is no pod`);
	const pod = index.world.pods[podName];
	if (!pod) return said('unknown', `${subject} does not exist then`);
	if (pod.ended) return said('unknown', `${subject} has completed, and its address may be another pod’s`);
	const why = whyUnpredictable(pod, index.others, index.world);
	if (why !== undefined) return said('unknown', `${subject}: ${why}`);
	if (protocol !== 'icmp') return { pod, protocol };
	const selectedBy = index.selecting(pod, direction).map((policy) => policy.name);
	return { ...said(selectedBy.length > 0 ? 'open' : 'yes', notes.icmp), selectedBy };
}

/** Other readings of the specification say something else. */
function leave(side: EvaluatedSide, others: Truth[], text: string): EvaluatedSide {
	const verdict = underEachReading([side.verdict, ...others]);
	return verdict === side.verdict ? side : note(side, verdict, text);
}

function note(side: EvaluatedSide, verdict: Truth, text: string): EvaluatedSide {
	side.verdict = verdict;
	side.note = text;
	return side;
}

function clientOf({ world }: PolicyIndex, { from, family }: Connection): Party {
	if (from.kind === 'external') return { pod: undefined, place: placeOfExternal(from.name, world, family) };
	if (from.kind === 'node') return { pod: undefined, place: nodeSource(placeOfNode(from.name, world, family)) };
	const pod = world.pods[from.name];
	const unborn: Place = { kind: 'pods', name: from.name, fact: {} };
	const place = pod ? placeOfPod(from.name, pod, world, family) : unborn;
	return { pod, place: pod?.hostNetwork ? nodeSource(place) : place };
}

/** A node may send from any of its addresses; a policy sees the one that it chose. */
function nodeSource(place: Place): Place {
	return { ...place, anyAddress: true };
}

function isLoop({ from }: Connection, to: Destination): boolean {
	return from.kind === 'pod' && from.name === to.podName;
}

function endText({ kind, name }: Connection['from']): string {
	return kind === 'pod' ? name : `${kind}/${name}`;
}
