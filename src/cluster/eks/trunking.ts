/**
 * Families without trunk interfaces, so that no pod of theirs can have security groups of its own. All others have
 * them, but for a few sizes. aws/amazon-vpc-resource-controller-k8s, pkg/aws/vpc/limits.go of 2026-03-20, where AWS
 * itself keeps this; no API tells it.
 */
const without = new Set('c1 c3 c4 d2 f1 h1 i2 m1 m2 m3 m4 p3 r3 r4 t1 t2 t3 t3a t4g u-6tb1 x1 x1e'.split(' '));

/** Whether an instance type can carry security groups for pods. */
export function canTrunk(instanceType: string): boolean {
	const [family = '', size = ''] = instanceType.split('.');
	if (family === 'i3') return size === 'metal';
	return !without.has(family) && instanceType !== 'i4i.large';
}
