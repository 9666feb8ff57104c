import { z } from 'zod';
import { capabilityNames } from '../model/capability.ts';
import { attemptSchema } from './schema-attempt.ts';
import { chaosSchema } from './schema-chaos.ts';
import { dnsLabel, duration, labels, subdomain } from './schema-names.ts';
import { phaseSchema } from './schema-phase.ts';
import { securityGroupSchema } from './schema-security-group.ts';
import { externalSchema, namespaceSchema, podSchema, serviceSchema } from './schema-workload.ts';

export const apiVersion = 'gatecrash.dev/v1alpha1';

const policySchema = z
	.strictObject({
		file: z
			.string()
			.min(1)
			.max(1024)
			.optional()
			.describe('A YAML file with one object, below the folder of the scenario file.'),
		object: z
			.looseObject({})
			.optional()
			.describe('The object itself. Addresses may be references such as `$(pods.client-one.ipv4)`.'),
	})
	.meta({ id: 'Policy' });

const timingSchema = z
	.strictObject({
		settle: duration.optional().describe('Bound for a change to take effect. Default: the cluster’s.'),
		hold: duration
			.optional()
			.describe('After the last path has closed, before a token counts as a leak. Default: the cluster’s.'),
		tries: z
			.int()
			.min(1)
			.max(100)
			.optional()
			.describe('How often each path is tried, each time with its own token. Default 3.'),
	})
	.meta({ id: 'Timing' });

const specSchema = z.strictObject({
	description: z.string().min(1).max(2000).optional().describe('What the scenario shows, in a sentence.'),
	reference: z
		.string()
		.min(1)
		.max(1000)
		.optional()
		.describe('Where the expectation comes from: a page, a KEP, an issue.'),
	status: z
		.enum(['required', 'open', 'extension'])
		.optional()
		.describe(
			'How firm the ground is: the specification says so (default), leaves it open, or it is one engine’s own.',
		),
	requires: z
		.array(z.enum(capabilityNames))
		.optional()
		.describe('Capabilities needed beyond those that follow from the content.'),
	ipFamilies: z
		.array(z.enum(['ipv4', 'ipv6']))
		.min(1)
		.max(2)
		.optional()
		.describe('Address families, each judged by itself. Default: what the cluster has.'),
	timing: timingSchema.optional().describe('Bounds; nothing sleeps blindly.'),
	namespaces: z.record(dnsLabel, namespaceSchema).describe('Namespaces, by name.'),
	pods: z.record(dnsLabel, podSchema).describe('Probe pods, by name: each listens, witnesses and attempts.'),
	services: z.record(dnsLabel, serviceSchema).optional().describe('Services, by name.'),
	external: z.record(dnsLabel, externalSchema).optional().describe('Endpoints outside the cluster, by name.'),
	serviceAccounts: z
		.record(
			subdomain,
			z.strictObject({ labels: labels.optional().describe('Labels, by which policies may select it.') }),
		)
		.optional()
		.describe('Labels of service accounts that pods name; an account that stands only at its pods has none.'),
	securityGroups: z
		.record(dnsLabel, securityGroupSchema)
		.optional()
		.describe(
			'EC2 security groups that SecurityGroupPolicies name, with the rules that they have in AWS: predictions rest on them. They are neither made nor read. `nodes` is the group of the nodes.',
		),
	policies: z
		.record(dnsLabel, policySchema)
		.optional()
		.describe('Policies, by a name for this scenario; applied in this order unless phases say otherwise.'),
	attempts: z
		.array(attemptSchema)
		.min(1)
		.optional()
		.describe('Attempts: baseline, apply all policies, settle, attempt, remove the policies, attempt again.'),
	phases: z
		.array(phaseSchema)
		.min(1)
		.optional()
		.describe('Instead of `attempts`: explicit steps; nothing is implicit then.'),
	chaos: z
		.array(chaosSchema)
		.min(1)
		.optional()
		.describe('Faults, with attempts that go on around them; after the attempts, or the last phase.'),
});

/** The single source of the scenario format: validation, the published JSON Schema and the reference docs come from it. */
export const scenarioSchema = z.strictObject({
	apiVersion: z.literal(apiVersion).describe('Version of the format.'),
	kind: z.literal('Scenario').describe('What this document is.'),
	metadata: z
		.strictObject({
			name: dnsLabel.describe('Name of the scenario; every case id begins with it.'),
			tags: z
				.array(z.string().regex(/^[a-z0-9][a-z0-9.-]{0,62}$/, 'a tag: lower-case letters, digits, - and dots'))
				.optional()
				.describe('Words to select scenarios by.'),
			backsUp: z
				.array(dnsLabel)
				.min(1)
				.optional()
				.describe('Scenarios that notice the same bugs: why this one is kept although it is nobody’s only witness.'),
		})
		.describe('Name and tags.'),
	spec: specSchema.describe('What is stood up, applied and attempted.'),
});

export type ScenarioInput = z.infer<typeof scenarioSchema>;
export type AttemptInput = z.infer<typeof attemptSchema>;
export type PhaseInput = z.infer<typeof phaseSchema>;
export type ChaosInput = z.infer<typeof chaosSchema>;
export type PodInput = z.infer<typeof podSchema>;
export type ServiceInput = z.infer<typeof serviceSchema>;
export type PolicyInput = z.infer<typeof policySchema>;
