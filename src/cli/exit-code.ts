/** What each exit code means; 1 wins over 3 over 2. */
export const exitCodes = {
	0: 'everything declared is enforced, and the controls held',
	1: 'at least one leak or broken path',
	2: 'no leak or broken path, but something is inconclusive; or nothing was enforced, selected or run',
	3: 'the world failed: cluster, tool, rights; or clean-up left something',
	64: 'wrong usage, or an invalid file',
	70: 'a bug in gatecrash',
	130: 'interrupted (Ctrl-C), after everything was undone',
	143: 'terminated, after everything was undone',
} as const;

export type ExitCode = keyof typeof exitCodes;

/** How a run came to its end, apart from what was judged. */
export type Ending = 'completed' | 'world-failed' | 'bug' | 'SIGINT' | 'SIGTERM';

/** An interruption and a bug win over every verdict: what the judge saw was not the whole run. */
export function combineExitCode(judged: 0 | 1 | 2, ending: Ending): ExitCode {
	if (ending === 'SIGINT') return 130;
	if (ending === 'SIGTERM') return 143;
	if (ending === 'bug') return 70;
	if (judged === 1) return 1;
	return ending === 'world-failed' ? 3 : judged;
}
