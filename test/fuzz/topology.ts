import fc from 'fast-check';
import type { Workload } from '../../src/model/plan.ts';
import type { ListenSpec, PodSpec } from '../../src/model/scenario.ts';

/** What labels are made of. Values that a careless comparison takes for the same: digits, case, and nothing at all. */
export const labelKeys = ['app', 'tier', 'example.com/zone'] as const;
export const labelValues = ['a', 'b', 'A', '1', '01', ''] as const;
/** Names of ports; each pod gives them to other numbers, and to other protocols. */
export const portNames = ['web', 'dns', 'metrics'] as const;
/** Below the planned source ports. 80 and 81 are there for both protocols: a mistaken protocol shows. */
const sockets = ['80/tcp', '81/tcp', '82/tcp', '80/udp', '81/udp'] as const;

const namespaceLetters = ['x', 'y', 'z'] as const;
const leastPods = 4;
const mostPods = 5;

/**
 * A few namespaces with pods, a Service in front of one of them, an endpoint outside and the node itself: what one
 * deployment holds while one policy set after the other is tried on it. `name` tells its namespaces from those of others.
 */
export function topology(name: string): fc.Arbitrary<Workload> {
	return fc
		.record({
			namespaces: fc.array(labels(), { minLength: 2, maxLength: namespaceLetters.length, size: 'max' }),
			pods: fc.array(podShape(), { minLength: leastPods, maxLength: mostPods, size: 'max' }),
			behindService: fc.nat(leastPods - 1),
		})
		.map(({ namespaces, pods, behindService }) => {
			const names = namespaces.map((_, index) => `fuzz-${name}-${namespaceLetters[index]}`);
			return workload(name, { names, namespaces, pods, behindService });
		});
}

interface PodShape {
	namespace: number;
	labels: Record<string, string>;
	listen: string[];
	names: string[];
}

function podShape(): fc.Arbitrary<PodShape> {
	return fc.record({
		namespace: fc.nat(namespaceLetters.length * 2 - 1),
		labels: labels(),
		listen: fc.shuffledSubarray([...sockets], { minLength: 3, maxLength: 3 }),
		names: fc.shuffledSubarray([...portNames], { minLength: 1 }),
	});
}

function labels(): fc.Arbitrary<Record<string, string>> {
	const value = fc.constantFrom(...labelValues);
	const entries = labelKeys.map((key) => [key, fc.option(value, { freq: 3, nil: undefined })] as const);
	return fc.record(Object.fromEntries(entries)).map(withoutMissing);
}

function workload(
	name: string,
	shape: { names: string[]; namespaces: Record<string, string>[]; pods: PodShape[]; behindService: number },
): Workload {
	const { names, namespaces, pods, behindService } = shape;
	const specs = Object.fromEntries(pods.map((pod, index) => [`p${index}`, podSpec(pod, `p${index}`, names)]));
	const backend = `p${behindService}`;
	const { namespace = '', listen = [] } = specs[backend] ?? {};
	const { port: targetPort, protocol } = listen[0] ?? socket('80/tcp', undefined);
	return {
		scenario: `fuzz-${name}`,
		namespaces: Object.fromEntries(
			names.map((one, index) => [one, { labels: namespaces[index] ?? {}, mesh: 'none', existing: false }]),
		),
		pods: specs,
		services: {
			front: {
				...{ namespace, selector: { pod: backend }, type: 'ClusterIP', headless: false },
				// Not the number behind it: policies speak of the pod's port.
				ports: [{ port: targetPort === 82 ? 80 : 82, targetPort, protocol, name: undefined, nodePort: undefined }],
				externalTrafficPolicy: 'Cluster',
			},
		},
		external: { outside: { listen: [socket('80/tcp', undefined), socket('81/udp', undefined)], addresses: undefined } },
		nodes: ['a'],
		initialPods: Object.keys(specs),
		attemptingNodes: ['a'],
	};
}

function podSpec(shape: PodShape, name: string, namespaces: string[]): PodSpec {
	return {
		namespace: namespaces[shape.namespace % namespaces.length] ?? '',
		labels: { pod: name, ...shape.labels },
		listen: shape.listen.map((text, index) => socket(text, shape.names[index])),
		...{ annotations: {}, serviceAccount: undefined, hostNetwork: false, mesh: undefined, placement: undefined },
		...{ readiness: undefined, liveness: undefined, attemptsAtStart: false, completes: false },
	};
}

function socket(text: string, name: string | undefined): ListenSpec {
	const [port, protocol] = text.split('/');
	const udp = protocol === 'udp';
	return { port: Number(port), protocol: udp ? 'udp' : 'tcp', name, speaks: udp ? 'udp' : 'tcp' };
}

function withoutMissing(values: Record<string, string | undefined>): Record<string, string> {
	return Object.fromEntries(
		Object.entries(values).flatMap(([key, value]) => (value === undefined ? [] : [[key, value]])),
	);
}
