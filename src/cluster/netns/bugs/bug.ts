import type { Engine } from '../engine.ts';

/**
 * A way of enforcing wrongly on purpose (`--inject`), so that it can be seen which scenarios notice it. Each is a mistake that an
 * engine could make, and that many did.
 */
export interface Bug {
	/** Kebab-case; what is wrong, not where. */
	name: string;
	/** One line. */
	does: string;
	/** The section of the specification that it breaks, or the point that the specification leaves open. */
	violates: { required: string } | { open: string };
	/** What a scenario has to have in it to be able to notice; scripts/bug-matrix.ts checks that no other one fails. */
	concerns: Concern;
	/** Real engines' issues of that kind, `OWNER/REPOSITORY#NUMBER`. */
	issues: string[];
	/** The wrong engine, made from the one that it is injected into. */
	inject: (Honest: typeof Engine) => typeof Engine;
}

export type Concern =
	| 'isolated ingress'
	| 'isolated egress'
	| 'isolated in both directions'
	| 'ipBlock'
	| 'except'
	| 'ports'
	| 'several ports'
	| 'endPort'
	| 'named ports'
	| 'UDP'
	| 'SCTP'
	| 'IPv6'
	| 'label expressions'
	| 'labels'
	| 'namespace selectors'
	| 'peers'
	| 'several rules'
	| 'several policies'
	| 'policies'
	| 'changes of policies'
	| 'changes of labels'
	| 'changes of pods'
	| 'Services'
	| 'node ports'
	| 'traffic of the node'
	| 'a pod that reaches itself'
	| 'the outside world'
	| 'held connections'
	| 'DNS'
	| 'mutual TLS'
	| 'proxies'
	| 'faults';
