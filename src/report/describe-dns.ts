import type { CellVerdict, DnsObserved } from '../model/verdict.ts';

const transports = { udp: 'UDP', tcp: 'TCP', tls: 'TLS', https: 'HTTPS' } as const;

/** `dns over UDP`. */
export function describeTransport({ over }: NonNullable<CellVerdict['query']>): string {
	return `dns over ${transports[over]}`;
}

/** `TXT of 1500 bytes`. */
export function describeQuestion({ type, size }: NonNullable<CellVerdict['query']>): string {
	return `${type}${size === undefined ? '' : ` of ${size} bytes`}`;
}

/** The three answers, each by itself: `reach no; resolve yes; carry out yes (24 characters, 9600/s), in no; brought by node/a`. */
export function describeAnswers({ reach, resolve, carry, broughtBy, bytes, perSecond }: DnsObserved): string {
	const amount = (count: number, rate: number, unit: string) => (count === 0 ? '' : ` (${count} ${unit}, ${rate}/s)`);
	const out = carry && `carry out ${carry.out}${amount(bytes.out, perSecond.out, 'characters')}`;
	const into = carry?.in && `in ${carry.in}${amount(bytes.in, perSecond.in, 'bytes')}`;
	return [
		`reach ${reach}`,
		`resolve ${resolve}`,
		...(out === undefined ? [] : [[out, into].filter(Boolean).join(', ')]),
		...(broughtBy.length > 0 ? [`brought by ${broughtBy.join(' and ')}`] : []),
	].join('; ');
}

/** How many ways there were with each answer, for a scenario: `reach 2 yes, 6 no; ...`; empty without DNS attempts. */
export function summarizeAnswers(cells: readonly CellVerdict[]): string {
	const all = cells.flatMap(({ observed }) => (observed.dns && observed.tries > 0 ? [observed.dns] : []));
	if (all.length === 0) return '';
	const count = (name: string, answers: (string | undefined)[]) => {
		const counted = (['yes', 'no', 'unknown'] as const).flatMap((answer) => {
			const found = answers.filter((one) => one === answer).length;
			return found === 0 ? [] : [`${found} ${answer}`];
		});
		return counted.length === 0 ? [] : [`${name} ${counted.join(', ')}`];
	};
	return [
		...count(
			'reach',
			all.map(({ reach }) => reach),
		),
		...count(
			'resolve',
			all.map(({ resolve }) => resolve),
		),
		...count(
			'carry out',
			all.map(({ carry }) => carry?.out),
		),
		...count(
			'carry in',
			all.map(({ carry }) => carry?.in),
		),
	].join('; ');
}
