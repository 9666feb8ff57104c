import { clusterDomain } from '../model/cluster-dns.ts';
import { askedName } from '../model/dns.ts';
import { findReferences } from '../model/reference.ts';
import { type CheckContext, checkName } from './check-context.ts';
import { checkTarget } from './check-target.ts';
import type { DocumentPath } from './document-path.ts';
import type { AttemptInput } from './schema.ts';
import { parseVia } from './short-forms.ts';

/** RFC 1035, 2.3.4. */
const longestName = 253;
const longestLabel = 63;
/** Of a search list. */
const longestDomain = `.${'n'.repeat(longestLabel)}.svc.${clusterDomain}`.length;
/** As long as a try's is, and as a zone's is at most. */
const sampleToken = 'f'.repeat(24);

/** What `dns` attempts ask: a resolver that there is, and a name that fits into a message. */
export function checkQuery(
	context: CheckContext,
	{ via, over, query, expect }: AttemptInput,
	path: DocumentPath,
): void {
	if (via !== undefined) checkResolver(context, via, over, [...path, 'via']);
	if (query === undefined) return;
	if (query.search && [over ?? []].flat().some((transport) => transport !== 'udp'))
		context.problems.add([...path, 'query', 'search'], {
			code: 'conflict',
			message: 'a search list is gone through over udp alone',
			hint: 'leave over away, or write an attempt for each transport',
		});
	const at = [...path, 'query', 'name'];
	const name = findReferences(query.name).reduce(
		(text, { text: whole, reference }) =>
			reference?.kind === 'zone' ? text.replace(whole, `${reference.name}.gatecrash.test`) : text,
		query.name,
	);
	const asked = askedName({ ...query, name }, sampleToken);
	const labels = asked.replace(/\.$/, '').split('.');
	const wrong = labels.find(
		(label) => label.length > longestLabel || !/^[a-z0-9_]([-a-z0-9_]*[a-z0-9_])?$/i.test(label),
	);
	// A reference that is none has been reported.
	if (wrong !== undefined && !wrong.includes('$'))
		context.problems.add(at, {
			code: 'bad-name',
			message: `"${wrong}" can’t be a label of a DNS name`,
			hint: 'labels hold 1 to 63 letters, digits, - and _',
		});
	else if (asked.length > (query.search ? longestName - longestDomain : longestName))
		context.problems.add(at, {
			code: 'bad-name',
			message: `the name has ${asked.length} characters with its token${query.search ? `, the search list up to ${longestDomain}` : ''}, and DNS names have ${longestName} at most`,
			hint: 'shorten it',
		});
	const carriesToken = query.name.includes('$(token)');
	const outside = findReferences(query.name).some(({ reference }) => reference?.kind === 'zone');
	if (outside && !carriesToken && expect !== 'observe')
		context.problems.add(at, {
			code: 'conflict',
			message: 'a name outside needs $(token): only a token that our resolver sees proves where the query went',
			hint: `for example $(token).${query.name}`,
		});
}

function checkResolver(context: CheckContext, via: string, over: AttemptInput['over'], path: DocumentPath): void {
	const { problems, spec } = context;
	const target = parseVia(via);
	if (target.kind === 'clusterDns') {
		const secured = [over ?? []].flat().filter((transport) => transport === 'tls' || transport === 'https');
		if (secured.length > 0)
			problems.add(path, {
				code: 'conflict',
				message: `the cluster’s DNS is asked over udp and tcp, not over ${secured.join(', ')}`,
				hint: 'leave them out of over, or ask a resolver outside',
			});
		return;
	}
	const overTcp = [over ?? []].flat().filter((transport) => transport !== 'udp');
	if (target.port !== undefined && overTcp.length > 1)
		problems.add(path, {
			code: 'conflict',
			message: `${overTcp.join(' and ')} are all over TCP, and one port speaks one of them`,
			hint: 'leave the port out, or write an attempt for each',
		});
	if (target.kind === 'pod') checkName(context, 'pods', target.name, path);
	else if (target.kind === 'external') {
		if (!checkName(context, 'external', target.name, path)) return;
	} else if (target.kind === 'apiserver' || target.kind === 'kubelet' || target.kind === 'loadBalancer') {
		problems.add(path, {
			code: 'conflict',
			message: `${via} is no resolver that can be asked`,
			hint: 'name cluster, external/NAME, metadata/dns, a pod, or svc/NAME',
		});
	} else if (target.kind !== 'metadata') checkTarget(context, target, path);
	if (target.port === undefined || typeof target.port === 'number') return;
	if (target.kind === 'pod' || target.kind === 'external') {
		const listen = (target.kind === 'pod' ? spec.pods : (spec.external ?? {}))[target.name]?.listen ?? [];
		if (listen.some((one) => typeof one === 'object' && one.name === target.port)) return;
		problems.add(path, {
			code: 'unknown-port',
			message: `${target.name} has no port ${target.port}`,
			hint: 'use a number',
		});
	}
}
