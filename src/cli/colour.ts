/** NO_COLOR (https://no-color.org) wins, then FORCE_COLOR, then whether it is a terminal that can show colour. */
export function wantsColour(stream: { isTTY?: boolean }, env: NodeJS.ProcessEnv): boolean {
	if (env['NO_COLOR']) return false;
	const forced = env['FORCE_COLOR'];
	if (forced !== undefined) return forced !== '0' && forced !== 'false';
	return stream.isTTY === true && env['TERM'] !== 'dumb';
}
