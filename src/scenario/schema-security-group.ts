import { z } from 'zod';
import { dnsLabel, portNumber } from './schema-names.ts';

/** As EC2 gives them out: 8 or 17 hexadecimal digits. */
export const groupIdPattern = /^sg-(?:[0-9a-f]{8}|[0-9a-f]{17})$/;
export const groupReferencePattern = /^\$\(securityGroups\.[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?\.id\)$/;

const rule = z
	.strictObject({
		protocol: z.enum(['tcp', 'udp', 'all']).describe('Transport protocol; `all` takes no ports.'),
		fromPort: portNumber.optional().describe('First port of the range.'),
		toPort: portNumber.optional().describe('Last port of the range; default: `fromPort`.'),
		securityGroups: z
			.array(dnsLabel)
			.min(1)
			.optional()
			.describe('Names of groups: the other end has one of them. `nodes` is the group of the nodes.'),
		cidrs: z
			.array(z.string().max(200))
			.min(1)
			.optional()
			.describe('Address ranges: one of them holds the other end’s address. May be references.'),
	})
	.meta({ id: 'SecurityGroupRule' });

export const securityGroupSchema = z
	.strictObject({
		id: z
			.string()
			.regex(groupIdPattern, 'the id of a security group, such as sg-05b1d815d1a2b3c4d')
			.optional()
			.describe('Its id in the VPC of the cluster; policies name it as `$(securityGroups.NAME.id)`.'),
		exists: z.boolean().optional().describe('`false`: there is no such group, on purpose. Default `true`.'),
		ingress: z.array(rule).optional().describe('What may come in. Default: nothing.'),
		egress: z.array(rule).optional().describe('What may go out. Default: everything, as AWS makes a new group.'),
	})
	.meta({ id: 'SecurityGroup' });

export type SecurityGroupInput = z.infer<typeof securityGroupSchema>;
export type SecurityGroupRuleInput = z.infer<typeof rule>;
