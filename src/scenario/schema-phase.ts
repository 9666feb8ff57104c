import { z } from 'zod';
import { rotatedCertificate } from './schema-proxy.ts';
import { faultNames } from '../model/fault.ts';
import { attemptSchema, source, target } from './schema-attempt.ts';
import { dnsLabel, duration, labelKey, labels, oneOrList } from './schema-names.ts';

const hold = z.strictObject({
	name: dnsLabel.describe('Name of the connection, for `on`.'),
	from: source.describe('Who opens it.'),
	to: target.describe('To one port of one target.'),
	family: z.enum(['ipv4', 'ipv6']).optional().describe('Default: each family, with a connection of its own.'),
});

const rotate = z.strictObject({
	pod: dnsLabel.describe('The pod whose proxy it is.'),
	certificate: rotatedCertificate.describe('The new one; names that are left out are those of the declared one.'),
});

const label = z.strictObject({
	pod: dnsLabel.optional().describe('The pod that is relabelled.'),
	namespace: dnsLabel.optional().describe('The namespace that is relabelled.'),
	set: labels.optional().describe('Labels that are set.'),
	remove: z.array(labelKey).optional().describe('Keys of the labels that are removed.'),
});

const inject = z.strictObject({
	fault: z.enum(faultNames).describe('What is broken on purpose.'),
	name: dnsLabel.optional().describe('By which `heal` names it; default: the fault’s own.'),
});

const awaited = z.strictObject({
	closed: dnsLabel.describe('Name of a held connection.'),
	within: duration.describe('Bound: then the next phase begins all the same.'),
});

export const phaseSchema = z
	.strictObject({
		name: dnsLabel
			.optional()
			.describe(
				'Ends the case ids of these attempts, or of those after this change; default: made from the last change, such as `after-apply-default-deny`.',
			),
		attempt: oneOrList(attemptSchema).optional().describe('Attempts, all at once.'),
		hold: hold.optional().describe('Opens a TCP connection, or a UDP flow, and keeps it.'),
		apply: oneOrList(dnsLabel)
			.optional()
			.describe('Policies to apply, by their name in `spec.policies`, in one change.'),
		delete: oneOrList(dnsLabel).optional().describe('Policies to delete.'),
		settle: z
			.strictObject({ within: duration.optional().describe('Bound; default `spec.timing.settle`.') })
			.optional()
			.describe('Waits until the change has taken effect, within a bound: `settle: {}`.'),
		label: label.optional().describe('Changes the labels of a pod or a namespace.'),
		rotate: rotate.optional().describe('Puts another certificate into the file of a pod’s proxy.'),
		create: oneOrList(dnsLabel)
			.optional()
			.describe('Pods to create now; a pod that is created here doesn’t exist before.'),
		remove: oneOrList(dnsLabel).optional().describe('Pods to remove.'),
		inject: inject
			.optional()
			.describe('Injects a fault; what it was seen to do stands in the report. Healed at the end in any case.'),
		heal: dnsLabel.optional().describe('Heals a fault that an earlier phase injected, by its name.'),
		await: awaited.optional().describe('Waits until a held connection was closed by the other side.'),
		mayBeRefused: z
			.boolean()
			.optional()
			.describe(
				'Beside `apply` or `delete`: what the cluster refuses (an admission webhook that is away) is written down, and the scenario goes on. Default false.',
			),
	})
	.meta({ id: 'Phase' });
