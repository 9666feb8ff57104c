/** Why generated scenarios do not catch a bug that the hand-written one catches, where its kind does not say it. */
export const whyMissed: Readonly<Record<string, string>> = {
	'absent-peers-mean-everybody':
		'it shows where a peer matches nobody; generate makes up a pod for each peer, to see that it is let in',
	'policy-selects-other-namespaces':
		'it takes an attempt at a pod of the same labels in a namespace that the policy has nothing to do with; no mutant of the policy is told by it',
	...ofEach(
		['expired-certificate-accepted', 'wrong-ca-accepted', 'other-trust-domain-accepted'],
		'it takes a certificate that is expired, of another authority or of another trust domain; generate shows only valid ones, and none',
	),
	...ofEach(
		['forged-identity-let-through', 'forged-identity-let-out'],
		'it takes a forged identity in the request, or a server that says which identity it saw; generate attempts neither over TCP',
	),
	...ofEach(
		['label-case-ignored', 'exists-needs-value', 'not-in-needs-key'],
		'it takes a pod whose label differs in case only, is empty, or lacks the key beside others that have it; generate makes up one that differs',
	),
	'empty-namespace-selector-own-namespace':
		'it takes an attempt from another namespace at a pod that only such a rule opens; another attempt notices the mutants of that rule',
	'metadata-unfiltered':
		'it is about the metadata services of clouds, at which no mutant of a policy has generate look',
	'newest-policy-wins': 'which of two policies is older is not in their text; what is generated applies them at once',
	'first-port-uncaptured': 'it is about a pod’s first port: the generated pods listen on others, or in another order',
	'first-policy-wins':
		'which of several policies is the first for the engine is not in their text: it takes an attempt for each that only that one allows',
};

function ofEach(bugs: readonly string[], why: string): Record<string, string> {
	return Object.fromEntries(bugs.map((bug) => [bug, why]));
}
