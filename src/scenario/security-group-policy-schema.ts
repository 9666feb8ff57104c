import { z } from 'zod';
import { labelSelectorSchema, metadataSchema } from './network-policy-schema.ts';
import { groupIdPattern, groupReferencePattern } from './schema-security-group.ts';

const groupId = z
	.string()
	.refine(
		(text) => groupIdPattern.test(text) || groupReferencePattern.test(text),
		'the id of a security group, such as sg-05b1d815d1a2b3c4d, or $(securityGroups.NAME.id)',
	);

/**
 * SecurityGroupPolicy as the VPC resource controller takes it; 1 to 5 groups, as the EKS user guide has it.
 * https://docs.aws.amazon.com/eks/latest/userguide/sg-pods-example-deployment.html
 */
export const securityGroupPolicySchema = z.strictObject({
	apiVersion: z.literal('vpcresources.k8s.aws/v1beta1'),
	kind: z.literal('SecurityGroupPolicy'),
	metadata: metadataSchema,
	spec: z.strictObject({
		podSelector: labelSelectorSchema.optional(),
		serviceAccountSelector: labelSelectorSchema.optional(),
		securityGroups: z.strictObject({ groupIds: z.array(groupId).min(1).max(5) }),
	}),
});

export type SecurityGroupPolicyObject = z.infer<typeof securityGroupPolicySchema>;
