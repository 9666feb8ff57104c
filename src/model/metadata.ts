/**
 * Addresses of a cloud's metadata services, which the harness owns where it can: instance metadata, AmazonProvidedDNS and
 * EKS Pod Identity. https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/instancedata-data-retrieval.html,
 * https://docs.aws.amazon.com/vpc/latest/userguide/AmazonDNS-concepts.html, https://docs.aws.amazon.com/eks/latest/userguide/pod-id-how-it-works.html
 */
export const metadataAddresses: Readonly<Record<string, { ipv4: string; ipv6: string }>> = {
	'': { ipv4: '169.254.169.254', ipv6: 'fd00:ec2::254' },
	dns: { ipv4: '169.254.169.253', ipv6: 'fd00:ec2::253' },
	'pod-identity': { ipv4: '169.254.170.23', ipv6: 'fd00:ec2::23' },
};

/** The endpoint outside that plays a metadata service. */
export function metadataEndpoint(name: string): string {
	return name === '' ? 'metadata' : `metadata/${name}`;
}
