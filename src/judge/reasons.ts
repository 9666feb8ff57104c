import type { Reason } from '../model/verdict.ts';

/**
 * Every reason that the judge can give, with its sentence; docs/verdicts.md lists them. Codes are stable: waivers and
 * dashboards may hang on them.
 */
export const reasonTable = {
	// leak
	'leak-replied': 'the target answered over a path that must be closed',
	'leak-delivered': 'the target saw the token over a path that must be closed, although no reply came back',
	'leak-syn':
		'the SYN of the planned 4-tuple reached the target in at least two tries, although no handshake completed',
	'leak-boot': 'a token that the pod sent while it was starting reached the target',
	'leak-unsettled': 'the path was still open when the bound for settling was reached',
	'leak-readable': 'what should go over mutual TLS could be read on the wire',
	'leak-window': 'tokens arrived while the path was forbidden',
	'closed-late': 'the path was closed later than it may be after the change that forbids it',
	'never-closed': 'the path was never closed after the change that forbids it',
	'exposed-too-long': 'in one round the forbidden path was open for longer than it may be',
	'leak-after-closing': 'a token reached the target after the path had closed and the hold time had passed',
	'identity-forged': 'the token arrived under an identity that its client had written itself',
	'leak-relayed': 'the token reached our resolver by way of somebody else, who asked it in the client’s place',
	// broken
	'dns-truncated': 'the answer did not fit into UDP, and could not be fetched over TCP',
	'dns-wrong-answer': 'the answer is not the address that the cluster has given out',
	outage: 'the allowed path was closed for longer than it may be',
	'opened-late': 'the path was open later than it may be after the change that allows it',
	'never-opened': 'the path was never open after the change that allows it',
	'no-reply': 'no try was answered, although the path is declared allowed',
	'reply-path': 'every request was delivered and no reply came back (reply path)',
	'backend-unreached': 'a backend of the Service never answered',
	'identity-missing': 'the token arrived without the identity that the server must see',
	'identity-differs': 'the token arrived with another identity than the server must see',
	'certificate-differs': 'the server showed another certificate than it must',
	'certificate-not-renewed': 'the server still showed the certificate that it had shown before',
	'certificate-renewed': 'the server showed another certificate than before',
	'closed-otherwise': 'the path is closed, but not in a way that `by` demands',
	// enforced, observed, unprotected
	'blocked-bracketed': 'no try came through; the same path was open before the policies and again after them',
	'blocked-contrast':
		'no try came through; a sibling reached this target and this client reached another one, or another port, meanwhile',
	'blocked-credentials': 'no try came through; meanwhile the same client reached this target with other credentials',
	'held-throughout': 'around the fault everything that is demanded held all the time',
	'measured-only': 'observed only: nothing is demanded of this path',
	'allowed-replied': 'the target answered',
	'forgery-in-vain': 'what the client itself had written of its identity is nowhere where it counts',
	'wire-unreadable': 'none of its tokens could be read on the wire, where such tokens were seen before and after',
	'observed-open': 'observed only: open',
	'observed-closed': 'observed only: closed',
	'open-as-declared': 'the token arrived, as the declared hole says',
	// inconclusive: the tries
	'control-not-living':
		'in too much of the forbidden time nobody was answered by the server, so that silence shows nothing',
	'tries-missing': 'in too much of the time the path was not tried: the probe could not keep up',
	'pause-too-long':
		'the forbidden path was not tried for longer than it may be: a leak window of that time would have been missed',
	'rounds-missing': 'not every round was carried out to the end',
	'never-open-elsewhere':
		'no proof: the path was shown to be open neither before nor after, and its client reached nothing else',
	'fault-without-effect': 'a fault that should have been in force was not seen to do anything',
	'certificate-not-seen': 'no certificate of the server was seen',
	'scenario-not-run': 'the scenario never began',
	'not-attempted': 'no try was made',
	'too-few-tries': 'fewer tries were made than declared',
	'too-many-tries': 'a forbidden path was tried more often than declared',
	'result-missing': 'a try has no result',
	'not-run': 'a try did not happen',
	'answered-by-other': 'something answered that is not the target',
	'straddles-change': 'an attempt straddles a change: its token was seen outside its epoch',
	'syn-once': 'the SYN reached the target in one try only; two are needed to tell it from a stray packet',
	'syn-only': 'the SYN of the planned 4-tuple reached the target itself, past its proxy, but no token did',
	'greeting-received':
		'the target’s greeting came back over a path that must be closed, although the token did not arrive: its data got out',
	'dns-answered-by-other':
		'somebody else answered a query that did not come to our resolver, so that it is not known where it went; say `by` if that is meant',
	'unexplained-syn': 'the target saw a SYN with a planned source port, but from another address',
	'unexplained-token': 'a record of a token that no try of the history explains',
	'tuple-reused': 'two tries used one 5-tuple, so that connection tracking may have answered for the policies',
	'accepted-connection': 'something accepted the connection and the token did not come back; say `by` if that is meant',
	'plaintext-wrapped':
		'the token of a plaintext attempt arrived with an identity: something on the way made mutual TLS of it',
	'identity-unreadable': 'what the proxy forwarded of the client’s identity can’t be read',
	'boot-missing': 'the pod should attempt from its first millisecond, but no such try was recorded',
	'icmp-limited': 'nothing came back where `by` demands an answer that kernels rate-limit',
	'backend-by-chance': 'a backend of the Service never answered, but too few tries were made to exclude chance',
	'last-try-failed': 'some tries were answered, but the last one was not',
	// inconclusive: the controls
	'epoch-unfinished': 'the epoch did not end: the run was cut off or interrupted in it',
	'epoch-disturbed': 'something changed during the epoch',
	'target-unknown': 'it is not known who may answer',
	'target-without-agent': 'no probe runs at the target, so nothing can witness what arrives there',
	'relay-not-shown': 'the target has no probe, and no query of anybody came back through it in the same epoch',
	'server-not-checked': 'the server has no self-check for this port, protocol and family before and after',
	'server-dead': 'the server did not answer its own self-check',
	'client-unknown': 'it is not known which client made the tries',
	'client-not-counted': 'the client has no packet counters before and after',
	'client-silent': 'the client sent fewer packets than it made tries',
	'witness-no-barrier': 'the witness did not answer its barrier at the end of the epoch',
	'witness-gap': 'records of the probe are missing: their numbering has a gap',
	'witness-overflow': 'the probe dropped records at a bound',
	'witness-missed-token': 'the server answered a token that its witness has no record of',
	'agent-lost': 'the probe was lost during the epoch',
	'counters-missing': 'the loss counters of a probe were not read before and after',
	'losses-missing': 'the loss counters of the cluster were not read before and after',
	'losses-increased': 'a kernel counter of lost packets increased during the epoch',
	'strays-at-server':
		'something that is not of the probes’ protocol came to the server: TLS may have been passed on to it as it is',
	'wire-not-captured': 'what the pod put on the wire was not captured',
	'wire-marker-missing': 'the capture did not see a token that the pod sent in the clear: it may have seen nothing',
	'wire-no-barrier': 'the capture did not say what it had seen',
	'wire-gap': 'lines of the capture are missing',
	'wire-drops': 'the kernel dropped packets that should have been captured',
	'wire-no-flow':
		'the capture saw less encrypted data than the answered tries must have made: it may have gone elsewhere',
	'not-calibrated': 'how long to wait for an answer was not calibrated in the epoch',
	'wait-too-short': 'the wait for an answer was not at least twice the slowest control',
	'not-settled': 'the change before was not waited for to the end',
	unsettled: 'the path had not reached its expected state when the bound for settling was reached',
	'not-open-before': 'no proof: the path was not shown to be open before the change that closes it',
	'not-open-after': 'no proof: the path was not shown to be open again afterwards',
	'no-contrast': 'no proof by contrast either',
	// skipped
	skipped: 'it cannot run here',
	'left-out': 'left out: it is expected as predicted, and the policies’ text predicts nothing',
	// scenario and run
	'nothing-selected': 'no scenario was selected',
	'nothing-attempted': 'there is nothing to attempt',
	'all-left-out': 'every cell was left out',
	'everything-skipped': 'everything was skipped',
	'nothing-enforced': 'nothing was shown to be enforced',
	'scenario-unfinished': 'the history of the scenario ends before the scenario does',
	'scenario-interrupted': 'the scenario was interrupted',
	'scenario-failed': 'the scenario could not be carried out',
	'run-unfinished': 'the history ends before the run does',
	'run-interrupted': 'the run was interrupted',
	'run-failed': 'the run could not be carried out',
	'worst-cells': 'verdicts of its cells',
	// findings
	'dns-recursion':
		'carried out by recursion: NetworkPolicy can’t stop it once the cluster’s DNS may be asked; a list of zones in CoreDNS, DNS rules of the engine (Cilium’s rules.dns), or a DNS firewall behind it can',
	'better-protected': 'better protected than declared: the declared hole is closed',
	'engine-differs': 'engine differs from the text: the policies’ text implies the opposite of what was observed',
	'tries-failed': 'some tries failed before the last one was answered',
	'closed-differently': 'some tries were closed in another way than `by` demands',
	'identity-not-forwarded': 'no identity was forwarded with the token: nothing shows that it came over mutual TLS',
	'forged-before-last':
		'what the client had written itself stands before the last element of X-Forwarded-Client-Cert: whoever trusts any but the last is deceived',
	'readable-on-wire': 'its tokens could be read on the wire',
	'never-open': 'it did not answer before the policies either',
	'log-denied-arrived': 'the engine’s own log says that it denied what arrived',
	'log-accepted-nothing': 'the engine’s own log says that it let through what did not arrive',
	'log-agrees-denied': 'the engine’s own log agrees: it denied what did not arrive',
	'log-agrees-accepted': 'the engine’s own log agrees: it let through what arrived',
	'log-incomplete': 'the engine’s own log could not be read in full',
} as const;

export type ReasonCode = keyof typeof reasonTable;

export function reason(code: ReasonCode, detail?: string): Reason {
	const sentence = reasonTable[code];
	return { code, text: detail ? `${sentence} (${detail})` : sentence };
}
