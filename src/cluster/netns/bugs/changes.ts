import type { NetworkPolicy } from '../network-policy.ts';
import type { PolicyPod, PolicyView } from '../policy-view.ts';
import type { Bug } from './bug.ts';

const handled = 'Network Policies: pod lifecycle';
/** How long after its rules would have been due a new pod gets them, milliseconds. */
const lateness = 3000;

const keyOf = ({ namespace, name }: { namespace: string; name: string }) => `${namespace}/${name}`;

/** What was seen first under a key stays. */
function firstSeen<Value>(known: Map<string, Value>, key: string, value: Value): Value {
	const before = known.get(key) ?? value;
	known.set(key, before);
	return before;
}

export const changeBugs: Bug[] = [
	{
		name: 'deleted-policy-stays',
		does: 'a policy that was deleted is enforced for ever',
		violates: { required: 'Network Policies: without a policy that selects it a pod is not isolated' },
		concerns: 'changes of policies',
		issues: ['kubeovn/kube-ovn#1920'],
		inject: (Honest) =>
			class extends Honest {
				readonly #known = new Map<string, NetworkPolicy>();
				override notice(view: PolicyView) {
					const noticed = super.notice(view);
					for (const policy of noticed.policies) this.#known.set(keyOf(policy), policy);
					return { ...noticed, policies: [...this.#known.values()] };
				}
			},
	},
	editedPolicyBug('edited-policy-stays', 'a policy that was edited is enforced as it was first', (_, first) => first),
	editedPolicyBug('edited-selector-stays', 'a policy keeps the podSelector that it had first', (now, first) => ({
		...now,
		podSelector: first.podSelector,
	})),
	editedPolicyBug('edited-types-stay', 'a policy keeps the policyTypes that it had first', (now, first) => ({
		...now,
		policyTypes: first.policyTypes,
	})),
	{
		name: 'relabelled-pod-stays',
		does: 'a pod keeps the labels that it had first',
		violates: { required: 'NetworkPolicySpec.podSelector, NetworkPolicyPeer.podSelector' },
		concerns: 'changes of labels',
		issues: ['kubeovn/kube-ovn#1920', 'cloudnativelabs/kube-router#1099', 'openshift/sdn#130'],
		inject: (Honest) =>
			class extends Honest {
				readonly #known = new Map<string, PolicyPod['labels']>();
				override notice(view: PolicyView) {
					const noticed = super.notice(view);
					const pods = noticed.pods.map((pod) => ({
						...pod,
						labels: firstSeen(this.#known, pod.device, pod.labels),
					}));
					return { ...noticed, pods };
				}
			},
	},
	{
		name: 'relabelled-namespace-stays',
		does: 'a namespace keeps the labels that it had first',
		violates: { required: 'NetworkPolicyPeer.namespaceSelector' },
		concerns: 'changes of labels',
		issues: [
			'ovn-org/ovn-kubernetes#1850',
			'aws/aws-network-policy-agent#602',
			'kubernetes-sigs/kube-network-policies#223',
		],
		inject: (Honest) =>
			class extends Honest {
				#known: PolicyView['namespaces'] | undefined;
				override notice(view: PolicyView) {
					const noticed = super.notice(view);
					this.#known ??= structuredClone(noticed.namespaces);
					return { ...noticed, namespaces: this.#known };
				}
			},
	},
	{
		name: 'new-pod-late',
		does: `a pod is isolated only ${lateness} ms after it was created; others allow it at once`,
		violates: { required: `${handled} (newly created pods are isolated before they are started)` },
		concerns: 'changes of pods',
		issues: ['k3s-io/k3s#947', 'aws/aws-network-policy-agent#271', 'Azure/AKS#2996'],
		inject: (Honest) =>
			class extends Honest {
				readonly #since = new Map<string, number>();
				readonly #initial = new Set<string>();
				override notice(view: PolicyView) {
					const noticed = super.notice(view);
					if (this.#since.size === 0) for (const { device } of noticed.pods) this.#initial.add(device);
					for (const { device } of noticed.pods) firstSeen(this.#since, device, performance.now());
					return noticed;
				}
				override selects(policy: NetworkPolicy, pod: PolicyPod) {
					const isDue = performance.now() - (this.#since.get(pod.device) ?? 0) >= lateness;
					return super.selects(policy, pod) && (isDue || this.#initial.has(pod.device));
				}
				override compilesAgainIn() {
					const young = [...this.#since].filter(([device]) => !this.#initial.has(device)).map(([, since]) => since);
					const due = young.map((since) => since + lateness - performance.now()).filter((left) => left > 0);
					return due.length === 0 ? super.compilesAgainIn() : Math.max(...due) + 1;
				}
			},
	},
	{
		name: 'new-pod-not-selected',
		does: 'a policy selects only pods that were there when it was created',
		violates: { required: `${handled} (newly created pods are isolated before they are started)` },
		concerns: 'changes of pods',
		issues: ['aws/aws-network-policy-agent#345'],
		inject: (Honest) =>
			class extends Honest {
				readonly #present = new Map<string, Set<string>>();
				override notice(view: PolicyView) {
					const noticed = super.notice(view);
					const devices = new Set(noticed.pods.map(({ device }) => device));
					const policies = new Set(noticed.policies.map(keyOf));
					for (const key of policies) firstSeen(this.#present, key, devices);
					for (const key of this.#present.keys()) if (!policies.has(key)) this.#present.delete(key);
					return noticed;
				}
				override selects(policy: NetworkPolicy, pod: PolicyPod) {
					return super.selects(policy, pod) && this.#present.get(keyOf(policy))?.has(pod.device) !== false;
				}
			},
	},
	{
		name: 'recreated-pod-keeps-address',
		does: 'a pod that is made again under its name is taken to have its former address',
		violates: { required: 'NetworkPolicyPeer.podSelector' },
		concerns: 'changes of pods',
		issues: ['antrea-io/antrea#6507', 'weaveworks/weave#3177'],
		inject: (Honest) =>
			class extends Honest {
				readonly #known = new Map<string, PolicyPod['addresses']>();
				override notice(view: PolicyView) {
					const noticed = super.notice(view);
					const pods = noticed.pods.map((pod) => ({
						...pod,
						addresses: firstSeen(this.#known, keyOf(pod), pod.addresses),
					}));
					return { ...noticed, pods };
				}
			},
	},
];

function editedPolicyBug(
	name: string,
	does: string,
	merged: (now: NetworkPolicy, first: NetworkPolicy) => NetworkPolicy,
): Bug {
	return {
		name,
		does,
		violates: { required: 'NetworkPolicy.spec (the desired behaviour)' },
		concerns: 'changes of policies',
		issues: [],
		inject: (Honest) =>
			class extends Honest {
				#known = new Map<string, NetworkPolicy>();
				override notice(view: PolicyView) {
					const noticed = super.notice(view);
					// Of what is deleted nothing is remembered: that would be another bug.
					const before = this.#known;
					this.#known = new Map(noticed.policies.map((now) => [keyOf(now), before.get(keyOf(now)) ?? now]));
					const policies = noticed.policies.map((now) => merged(now, this.#known.get(keyOf(now)) ?? now));
					return { ...noticed, policies };
				}
			},
	};
}
