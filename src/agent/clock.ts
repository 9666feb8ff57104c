/** Milliseconds of the agent's monotonic clock, to the microsecond; every time that the agent reports is one of these. */
export function now(): number {
	return Math.round(performance.now() * 1000) / 1000;
}
