/**
 * One spelling for one address, so that addresses from the plan, from sockets and from /proc can be compared:
 * IPv4-mapped IPv6 becomes IPv4, IPv6 becomes eight groups without leading zeros, a zone is dropped.
 * A text that is no address stays as it is.
 */
export function addressText(text: string): string {
	if (!text.includes(':')) return text;
	const bare = text.toLowerCase().split('%')[0] ?? '';
	const mapped = /^(?:0*:)*:?(?:0+:)*ffff:(\d+\.\d+\.\d+\.\d+)$/.exec(bare);
	if (mapped?.[1]) return mapped[1];
	const halves = bare.split('::');
	if (halves.length > 2) return text;
	const head = groups(halves[0] ?? '');
	const tail = groups(halves[1] ?? '');
	const gap = halves.length === 2 ? 8 - head.length - tail.length : 0;
	if (gap < 0) return text;
	const all = [...head, ...Array<string>(gap).fill('0'), ...tail];
	return all.length === 8 ? (mappedGroups(all) ?? all.join(':')) : text;
}

function groups(half: string): string[] {
	return half === '' ? [] : half.split(':').map((group) => group.replace(/^0+(?=.)/, ''));
}

/** `::ffff:a00:1` is 10.0.0.1. */
function mappedGroups(all: string[]): string | undefined {
	if (all.slice(0, 5).some((group) => group !== '0') || all[5] !== 'ffff') return undefined;
	const bytes = all.slice(6).flatMap((group) => {
		const value = Number.parseInt(group, 16);
		return [value >> 8, value & 255];
	});
	return bytes.join('.');
}

export function isLoopback(text: string): boolean {
	const address = addressText(text);
	return address.startsWith('127.') || address === '0:0:0:0:0:0:0:1';
}
