import { z } from 'zod';
import { proxySchema } from './schema-proxy.ts';
import { annotations, dnsLabel, labels, node, portName, portNumber, protocol, subdomain } from './schema-names.ts';

export const listenItem = z
	.union([
		portNumber.describe('A TCP port.'),
		z
			.string()
			.regex(/^[1-9]\d{0,4}(?:\/(?:tcp|udp|sctp))?$/, 'a port with its protocol, such as 80/tcp')
			.describe('A port with its protocol: `80/tcp`, `53/udp`; `80` alone is TCP.'),
		z.strictObject({
			port: portNumber.describe('The port that the probe listens on.'),
			protocol: protocol.optional().describe('Transport protocol; default `tcp`.'),
			name: portName.optional().describe('Name of the container port; policies, Services and attempts can use it.'),
			speaks: z
				.enum(['tcp', 'udp', 'sctp', 'http'])
				.optional()
				.describe('What is spoken on it; default: the protocol.'),
			first: z
				.enum(['client', 'server'])
				.optional()
				.describe(
					'Who sends first; default `client`. `server`: it greets, and clients wait for that before they send (lines over TCP).',
				),
		}),
	])
	.meta({ id: 'Listen' });

const probePort = z.union([portNumber, portName]);
const kubeletProbe = z
	.strictObject({
		httpGet: z
			.strictObject({
				port: probePort.describe('Number or name of the port.'),
				path: z.string().regex(/^\//, 'a path that begins with /').optional().describe('Default `/`.'),
				scheme: z.enum(['HTTP', 'HTTPS']).optional().describe('Default `HTTP`.'),
			})
			.optional()
			.describe('An HTTP request by the kubelet.'),
		tcpSocket: z
			.strictObject({ port: probePort.describe('Number or name of the port.') })
			.optional()
			.describe('A connection by the kubelet.'),
		grpc: z
			.strictObject({ port: portNumber.describe('Number of the port.') })
			.optional()
			.describe('A gRPC health check by the kubelet.'),
		initialDelaySeconds: z.int().min(0).max(3600).optional().describe('As in Kubernetes.'),
		periodSeconds: z.int().min(1).max(3600).optional().describe('As in Kubernetes.'),
		timeoutSeconds: z.int().min(1).max(3600).optional().describe('As in Kubernetes.'),
		failureThreshold: z.int().min(1).max(100).optional().describe('As in Kubernetes.'),
		successThreshold: z.int().min(1).max(100).optional().describe('As in Kubernetes.'),
	})
	.refine(
		(probe) => [probe.httpGet, probe.tcpSocket, probe.grpc].filter((way) => way !== undefined).length === 1,
		'needs exactly one of httpGet, tcpSocket and grpc',
	)
	.meta({ id: 'KubeletProbe' });

export const namespaceSchema = z
	.strictObject({
		labels: labels.optional().describe('Labels; `kubernetes.io/metadata.name` is added as Kubernetes does.'),
		mesh: z.enum(['none', 'sidecar']).optional().describe('Whether pods get a sidecar; default `none`.'),
		existing: z
			.boolean()
			.optional()
			.describe('On an existing cluster: the namespace is there already, and its policies are only read.'),
	})
	.meta({ id: 'Namespace' });

export const podSchema = z
	.strictObject({
		namespace: dnsLabel.describe('One of `spec.namespaces`.'),
		labels: labels.optional().describe('Labels at the start; a `label` phase changes them.'),
		annotations: annotations
			.optional()
			.describe(
				'Annotations of the pod; they may name addresses of pods that were made before: `$(pods.client-one.ipv4)`.',
			),
		serviceAccount: subdomain.optional().describe('Service account; made when it is not there.'),
		hostNetwork: z
			.boolean()
			.optional()
			.describe('Runs in the network of its node. The specification leaves open what policies mean for it.'),
		mesh: z.enum(['none', 'sidecar']).optional().describe('Default: as its namespace.'),
		node: node.optional().describe('Symbolic name of the node it runs on: `a`, `b`, ...'),
		onNodeOf: dnsLabel.optional().describe('Runs on the same node as this pod.'),
		notOnNodeOf: dnsLabel.optional().describe('Runs on another node than this pod; needs a cluster of two nodes.'),
		listen: z.array(listenItem).optional().describe('Ports that the probe listens on, in every address family.'),
		proxy: proxySchema.optional().describe('A plain Envoy beside the pod, which ends or opens TLS.'),
		readiness: kubeletProbe.optional().describe('A kubelet readiness probe, when it is the subject.'),
		liveness: kubeletProbe.optional().describe('A kubelet liveness probe, when it is the subject.'),
		attemptsAtStart: z.boolean().optional().describe('Makes its attempts from its first millisecond.'),
		completes: z.boolean().optional().describe('Its containers end; its address may be given out again.'),
	})
	.meta({ id: 'Pod' });

export const serviceSchema = z
	.strictObject({
		namespace: dnsLabel.describe('One of `spec.namespaces`.'),
		selector: labels.describe('Labels of the pods behind it.'),
		ports: z
			.array(
				z.strictObject({
					port: portNumber.describe('The port of the Service.'),
					targetPort: z
						.union([portNumber, portName])
						.optional()
						.describe('Number or name of the pods’ port; default: the same number.'),
					protocol: protocol.optional().describe('Default `tcp`.'),
					name: portName.optional().describe('Needed when there are several ports.'),
					nodePort: z.int().min(30000).max(32767).optional().describe('Default: given out by the cluster.'),
				}),
			)
			.min(1)
			.describe('Ports of the Service.'),
		type: z.enum(['ClusterIP', 'NodePort', 'LoadBalancer']).optional().describe('Default `ClusterIP`.'),
		headless: z
			.boolean()
			.optional()
			.describe(
				'Without an address of its own: an attempt goes to each of the pods behind it, at its own address and port.',
			),
		externalTrafficPolicy: z.enum(['Cluster', 'Local']).optional().describe('As in Kubernetes; default `Cluster`.'),
	})
	.meta({ id: 'Service' });

export const externalSchema = z
	.strictObject({
		listen: z.array(listenItem).optional().describe('Ports that the endpoint listens on.'),
		addresses: z
			.strictObject({
				ipv4: z.ipv4().optional().describe('IPv4 address.'),
				ipv6: z.ipv6().optional().describe('IPv6 address.'),
			})
			.optional()
			.describe('Addresses that you name. Default: the harness gives some out and owns the endpoint.'),
	})
	.meta({ id: 'ExternalEndpoint' });
