import type { Prediction } from '../model/plan.ts';
import { describeSide, wordOf } from './describe-side.ts';
import { type Destination, destinationsOf } from './destination.ts';
import { type EvaluatedSide, evaluateEgress, evaluateIngress } from './evaluate-side.ts';
import { evaluateMesh, type MeshSide } from './mesh/evaluate-mesh.ts';
import { evaluateProxies, type ProxySide } from './evaluate-proxies.ts';
import {
	escapesNetworkPolicy,
	evaluateSecurityGroups,
	type SecurityGroupSide,
} from './security-groups/evaluate-security-groups.ts';
import type { PolicyIndex } from './policy-index.ts';
import { allOf, type Truth } from './truth.ts';
import type { Connection } from './world.ts';

/** Why a prediction is what it is. */
export interface Explanation {
	prediction: Prediction;
	/** One for each endpoint that the connection may end at: a Service's backends. */
	ways: Way[];
	/** Some backends are allowed and others blocked, so that nothing can be said of the Service as a whole. */
	mixed: boolean;
}

export interface Way {
	/** The endpoint, as scenario files write it. */
	to: string;
	verdict: Prediction['verdict'];
	/** The port there; behind a Service the target port. */
	port: number;
	egress: EvaluatedSide;
	ingress: EvaluatedSide;
	/** Undefined where no sidecar has to do with it. */
	mesh: MeshSide | undefined;
	/** Undefined where no plain proxy is dialled. */
	proxies: ProxySide | undefined;
	/** Undefined where neither end is a pod with security groups of its own. */
	securityGroups: SecurityGroupSide | undefined;
}

/**
 * Concepts page, "The two sorts of pod isolation": both the client's egress and the server's ingress have to allow it;
 * and the sidecars at both ends have to let through what arrives.
 */
export function evaluate(index: PolicyIndex, connection: Connection): Explanation {
	const ways = destinationsOf(connection, index.world).map((to) => wayTo(index, connection, to));
	const verdicts = new Set(ways.map((way) => way.verdict));
	const mixed = verdicts.has('allowed') && verdicts.has('blocked');
	return { prediction: summarise(ways, verdicts, connection, mixed), ways, mixed };
}

/** The prediction's verdict alone. */
export function verdictOf(index: PolicyIndex, connection: Connection): Prediction['verdict'] {
	const verdicts = destinationsOf(connection, index.world).map((to) => wayTo(index, connection, to).verdict);
	return combined(new Set(verdicts));
}

/** Of all backends: what is allowed to some and blocked to others is neither. */
function combined(verdicts: ReadonlySet<Prediction['verdict']>): Prediction['verdict'] {
	if (verdicts.has('allowed') && verdicts.has('blocked')) return 'unknown';
	return (['unknown', 'open', 'allowed', 'blocked'] as const).find((verdict) => verdicts.has(verdict)) ?? 'unknown';
}

function wayTo(index: PolicyIndex, connection: Connection, to: Destination): Way {
	const egress = evaluateEgress(index, connection, to);
	const ingress = evaluateIngress(index, connection, to);
	const proxies = evaluateProxies(index, connection, to);
	const mesh = proxies ? undefined : evaluateMesh(index.mesh, index.world, connection, to);
	const securityGroups = evaluateSecurityGroups(index.world, connection, to);
	const escapes = escapesNetworkPolicy(index.world, connection, to);
	if (escapes !== undefined) for (const side of [egress, ingress]) leaveUnseen(side, escapes);
	const beside = [mesh, proxies, securityGroups].flatMap((side) => side?.verdict ?? []);
	const verdict = wordOf(allOf([egress.verdict, ingress.verdict, ...beside]));
	return { to: to.text, verdict, port: to.port, egress, ingress, mesh, proxies, securityGroups };
}

/** What forbids only where its engine sees the traffic. */
function leaveUnseen(side: EvaluatedSide, why: string): void {
	if (side.verdict !== 'no') return;
	side.verdict = 'unknown';
	side.note = why;
}

function summarise(
	ways: readonly Way[],
	verdicts: ReadonlySet<Prediction['verdict']>,
	connection: Connection,
	mixed: boolean,
): Prediction {
	const { to } = connection;
	if (ways.length === 0) {
		const text = to.kind === 'pod' ? `${to.name} does not exist then` : `no pod stands behind ${to.name} then`;
		return { verdict: 'unknown', because: [text] };
	}
	const several = ways.length > 1;
	const because = ways.flatMap((way) =>
		becauseOf(way, connection).map((text) => (several ? `to ${way.to}: ${text}` : text)),
	);
	if (mixed) return { verdict: 'unknown', because: [mixedText(ways), ...because] };
	return { verdict: combined(verdicts), because };
}

function mixedText(ways: readonly Way[]): string {
	const named = (verdict: Way['verdict']) => ways.filter((way) => way.verdict === verdict).map((way) => way.to);
	return `allowed to ${named('allowed').join(', ')}, but not to ${named('blocked').join(', ')}: attempt the pods themselves`;
}

/** The sides that decide: all where it is allowed, else those that say so. */
function becauseOf(way: Way, connection: Connection): string[] {
	const deciding: Record<Way['verdict'], Truth[]> = {
		...{ allowed: ['yes'], blocked: ['no'], open: ['open'], unknown: ['unknown'] },
	};
	const sides = [way.egress, way.ingress]
		.filter((side) => deciding[way.verdict].includes(side.verdict))
		.map((side) => `${side.direction}: ${describeSide(side, connection, way)}`);
	const of = (name: 'mesh' | 'proxies' | 'securityGroups') => {
		const side = way[name];
		const decides = side && deciding[way.verdict].includes(side.verdict);
		return decides ? side.because.map((text) => `${titles[name]}: ${text}`) : [];
	};
	return [...sides, ...of('mesh'), ...of('proxies'), ...of('securityGroups')];
}

/** Sides beside NetworkPolicy, as people are told of them. */
export const titles = { mesh: 'mesh', proxies: 'proxies', securityGroups: 'security groups' } as const;
