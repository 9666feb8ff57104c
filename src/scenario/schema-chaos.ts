import { z } from 'zod';
import { chaosFaultNames } from '../model/fault.ts';
import { over, plainQuery, source, target, via } from './schema-attempt.ts';
import { dnsLabel, duration, labels, node, oneOrList, rate } from './schema-names.ts';

const most = z.strictObject({ max: duration.describe('At most so long.') });
const within = z.strictObject({ within: duration.describe('At the latest after so long.') });

export const chaosSchema = z
	.strictObject({
		name: dnsLabel.optional().describe('Stands in the case ids of its paths; default: the fault’s own.'),
		fault: z.enum(chaosFaultNames).describe('What is broken on purpose.'),
		target: z
			.strictObject({
				node: node
					.optional()
					.describe(
						'The node (`restart-node`, `restart-kubelet`), or the one whose enforcer it is (`restart-enforcer`, `restart-enforcer-slowly`, `flush-enforcer`).',
					),
				pod: dnsLabel.optional().describe('A pod (`relabel-pod`, `delete-pod`, `pod-before-policy`, `pod-churn`).'),
				successor: dnsLabel
					.optional()
					.describe('The pod that takes the place of the deleted one (`pod-churn`); it exists only then.'),
				namespace: dnsLabel.optional().describe('A namespace (`relabel-namespace`).'),
				policy: dnsLabel
					.optional()
					.describe('A policy, by its name in `spec.policies` (`flip-policy`, `policy-churn`, `pod-before-policy`).'),
			})
			.optional()
			.describe('What it is about.'),
		for: duration.optional().describe('How long until it is healed; default 1s.'),
		set: labels.optional().describe('Labels that are set (`relabel-pod`, `relabel-namespace`).'),
		attempts: z
			.strictObject({
				from: oneOrList(source).describe('Who attempts.'),
				kind: z
					.enum(['connect', 'dns'])
					.optional()
					.describe(
						'What is attempted; default `connect`: a token there and back. From a pod with a sidecar that goes over mutual TLS.',
					),
				to: oneOrList(target).optional().describe('What is attempted (`connect`).'),
				via: oneOrList(via).optional().describe('Resolvers that are asked (`dns`), as in `attempts`.'),
				hold: z
					.boolean()
					.optional()
					.describe(
						'All tries of a path go over one connection (UDP: from one port), which is opened again when somebody has ended it (`connect`). What a policy does to connections that were allowed when they began is open in the specification: it is measured.',
					),
				over: over.optional().describe('Transports of the queries (`dns`); default `udp`.'),
				query: plainQuery.optional().describe('The query (`dns`).'),
				rate: rate.describe('How often, for each path; at most 200/s.'),
				before: duration.describe('For how long before the fault.'),
				after: duration.describe('For how long after it is healed.'),
			})
			.describe('Attempts that go on all the time; what each path is meant to be is predicted from the policies.'),
		repeat: z.int().min(1).max(1000).optional().describe('How often; default 1.'),
		expect: z
			.strictObject({
				leaks: z
					.enum(['none', 'observe'])
					.optional()
					.describe('Whether a token may arrive while its path is forbidden. Default none.'),
				closes: within.optional().describe('Forbidden paths are closed after a change that forbids them.'),
				opens: within.optional().describe('Allowed paths are open after a change that allows them.'),
				exposure: most
					.optional()
					.describe('Forbidden paths may be open in each round, in all, beyond the time that closing takes.'),
				outage: most.optional().describe('Allowed paths may be closed at a time, beyond the time that opening takes.'),
				unseen: most
					.optional()
					.describe(
						'Forbidden paths may go untried for so long at a time; beyond it a leak window may have been missed, and the path is inconclusive.',
					),
			})
			.optional()
			.describe('What is demanded; the rest is only measured.'),
	})
	.meta({ id: 'Chaos' });
