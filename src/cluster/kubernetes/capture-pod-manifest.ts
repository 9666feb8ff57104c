import type { KubeObject } from '../../kube/kube-object.ts';
import { ownedBy, type Ownership } from './ownership.ts';
import { onNode } from './pod-manifest.ts';

export interface CapturePodPlan {
	name: string;
	namespace: string;
	/** Real name of the node. */
	node: string;
	/** Any image with perl. */
	image: string;
	/** Text of capture.pl. */
	program: string;
	/** It ends by itself after that, whatever becomes of us. Seconds. */
	lifetime: number;
}

export const captureContainer = 'capture';

/**
 * A pod that captures packets on its node: in the node's network, as root with CAP_NET_RAW and no other capability, which
 * Pod Security's `privileged` level admits. No volume, no token, nothing of the node's file system.
 */
export function capturePodManifest(plan: CapturePodPlan, ownership: Ownership): KubeObject {
	const { name, namespace, node, image, program, lifetime } = plan;
	const container = {
		...{ name: captureContainer, image, imagePullPolicy: 'IfNotPresent' },
		// The kubelet expands $(NAME) in commands; doubled, it stays as it is.
		command: ['perl', '-e', program.replaceAll('$(', '$$(')],
		// It is told by attaching to its standard streams what to look at, and ends when they do.
		...{ stdin: true, stdinOnce: false },
		resources: { requests: { cpu: '5m', memory: '16Mi' }, limits: { cpu: '1', memory: '128Mi' } },
		securityContext: {
			...{ runAsUser: 0, runAsNonRoot: false, allowPrivilegeEscalation: false, readOnlyRootFilesystem: true },
			capabilities: { drop: ['ALL'], add: ['NET_RAW'] },
		},
	};
	return {
		...{ apiVersion: 'v1', kind: 'Pod', metadata: { name, namespace, ...ownedBy(ownership) } },
		spec: {
			...{ containers: [container], hostNetwork: true, affinity: onNode(node) },
			tolerations: [{ operator: 'Exists' }],
			...{ restartPolicy: 'Never', terminationGracePeriodSeconds: 1, activeDeadlineSeconds: lifetime },
			...{ enableServiceLinks: false, automountServiceAccountToken: false },
			securityContext: { seccompProfile: { type: 'RuntimeDefault' } },
		},
	} as KubeObject;
}
