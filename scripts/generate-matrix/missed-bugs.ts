/** Why generated scenarios do not catch a bug that the hand-written one catches, where its kind does not say it. */
export const whyMissed: Record<string, string> = {
	'absent-peers-mean-everybody':
		'it shows where a peer matches nobody; generate makes up a pod for each peer, to see that it is let in',
	'policy-selects-other-namespaces':
		'it takes an attempt at a pod of the same labels in a namespace that the policy has nothing to do with; no mutant of the policy is told by it',
	'first-policy-wins':
		'which of several policies is the first for the engine is not in their text: it takes an attempt for each that only that one allows',
};
