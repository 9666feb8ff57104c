import type { OutcomeCode } from '../model/outcome.ts';
import type { CellVerdict } from '../model/verdict.ts';
import { describeChaos } from './describe-chaos.ts';
import { describeWireOf } from './wire.ts';
import { describeAnswers, describeQuestion, describeTransport } from './describe-dns.ts';

/** `plaintext`, `tls expired`; empty for attempts that only connect. */
export function describeKind({ kind, certificate, first, forgedIdentity, query }: CellVerdict): string {
	if (query) return describeTransport(query);
	const words = kind === 'connect' ? [] : [certificate === undefined ? kind : `${kind} ${certificate}`];
	return [
		...words,
		...(first === undefined ? [] : ['server first']),
		...(forgedIdentity === undefined ? [] : ['forged identity']),
	].join(', ');
}

/** `client-two → app-one:80/tcp, ipv4`, and the kind of attempt unless it only connects. */
export function describePath(cell: CellVerdict): string {
	const { from, to, port, protocol, family, lands } = cell;
	const kind = describeKind(cell);
	const question = cell.query ? `, ${describeQuestion(cell.query)}` : '';
	const suffix = `:${port}`;
	const target = to.endsWith(suffix) ? to.slice(0, -suffix.length) : to;
	const through = lands === undefined ? '' : `, through a proxy to ${lands}`;
	return `${from} → ${target}:${port}/${protocol}, ${family}${kind === '' ? '' : `, ${kind}`}${question}${through}`;
}

/** `blocked (only the billing team may)`, `allowed as spiffe://cluster.local/ns/shop/sa/billing`. */
export function describeDeclared({ because, expectation, identity, forgedIdentity }: CellVerdict): string {
	const as = identity === undefined ? expectation : `${expectation} as ${identity}`;
	const declared = forgedIdentity === undefined ? as : `${as}, never as ${forgedIdentity}`;
	return because ? `${declared} (${because})` : declared;
}

/** `blocked, because default-deny selects app-one and no rule admits it`. */
export function describePredicted(cell: CellVerdict): string {
	const { verdict, because } = cell.prediction;
	return because.length === 0 ? verdict : `${verdict}, because ${because.join('; ')}`;
}

/** `open: 3 tries, 3 replied; the target saw 3 tokens`. */
export function describeObserved(cell: CellVerdict): string {
	const {
		state,
		tries,
		outcomes,
		delivered,
		synReceived,
		forwarded = [],
		refusals = [],
		presented = [],
		dns,
	} = cell.observed;
	if (tries === 0) return `${state}: no try was made`;
	const counted = (Object.entries(outcomes) as [OutcomeCode, number][])
		.filter(([, count]) => count > 0)
		.map(([code, count]) => `${count} ${code}`);
	const happened = [`${tries} ${tries === 1 ? 'try' : 'tries'}`, ...counted].join(', ');
	const halfOpen = synReceived > 0 ? ` and ${synReceived} half-open` : '';
	const seen = `${state}: ${happened}; the target saw ${delivered === 0 ? 'none of them' : delivered}${halfOpen}`;
	const wire = describeWireOf(cell);
	const identities = forwarded.map(({ identity, tries: count }) => `${count} × ${nameOf(identity)}`);
	return [
		seen,
		...(refusals.length > 0 ? [`refused by ${refusals.join(' and ')}`] : []),
		...(dns ? [describeAnswers(dns)] : []),
		...describeChaos(cell),
		...(identities.length > 0 ? [`identity ${identities.join(', ')}`] : []),
		...presented.map(describeCertificate),
		...(wire === '' ? [] : [wire]),
	].join('; ');
}

/** `certificate of spiffe://…, issued by O=cluster.local, serial number 0ec7, valid from … until …, fingerprint …, chain of 2`. */
function describeCertificate(certificate: NonNullable<CellVerdict['observed']['presented']>[number]): string {
	const { uris, issuer, serial, notBefore, notAfter, fingerprint, chain, tries } = certificate;
	const validity = `valid from ${notBefore} until ${notAfter}`;
	return [
		`${tries} × certificate of ${uris.join(' ') || 'nobody'}`,
		...[`issued by ${issuer}`, `serial number ${serial}`, validity, `SHA-256 ${fingerprint}`, `chain of ${chain}`],
	].join(', ');
}

function nameOf(identity: string | undefined): string {
	return identity === undefined ? 'unreadable' : identity || 'without a name';
}

/** `scenarios/deny.yaml:31:7`. */
export function describePosition(cell: CellVerdict): string {
	return `${cell.position.file}:${cell.position.line}:${cell.position.column}`;
}

/** Line numbers as people write them: `history.jsonl:41,44-47`; empty without evidence. */
export function describeEvidence(lines: number[]): string {
	const sorted = [...new Set(lines)].sort((one, other) => one - other);
	const ranges: [number, number][] = [];
	for (const line of sorted) {
		const last = ranges.at(-1);
		if (last && line === last[1] + 1) last[1] = line;
		else ranges.push([line, line]);
	}
	if (ranges.length === 0) return '';
	return `history.jsonl:${ranges.map(([from, to]) => (from === to ? `${from}` : `${from}-${to}`)).join(',')}`;
}
