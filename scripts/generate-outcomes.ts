import type { GatecrashErrorCode } from '../src/model/gatecrash-error.ts';
import { outcomes } from '../src/model/outcome.ts';

/** What went wrong with the world, as opposed to an attempt. */
const errors: Record<GatecrashErrorCode, string> = {
	GC_USAGE: 'the command line is wrong',
	GC_TOOL_MISSING: 'a tool that the cluster needs is not installed',
	GC_NOT_PERMITTED: 'a right is missing',
	GC_CLUSTER: 'the cluster did not come up, or refused something',
	GC_AGENT: 'a probe did not start or did not answer',
	GC_CLEANUP: 'something that the run made could not be undone',
	GC_RUN_FOLDER: 'the folder of a run cannot be read or written',
	GC_INTERRUPTED: 'the run was interrupted',
};

/** docs/outcomes.md, from the table in src/model/outcome.ts. */
export function outcomesPage(): string {
	const rows = Object.entries(outcomes).map(
		([code, { definite, means }]) => `| \`${code}\` | ${definite ? 'yes' : 'no'} | ${means} |`,
	);
	const failures = Object.entries(errors).map(([code, means]) => `| \`${code}\` | ${means} |`);
	return `# Outcomes

<!-- Generated from src/model/outcome.ts by scripts/generate-outcomes.ts; edits here are overwritten. -->

What became of one try. The code is what the client saw, put together with what the target's witness saw; its detail
tells two causes of one code apart (an errno name, an ICMP type, a TLS alert, an HTTP status).

*Definite* says whether the code alone settles what became of the request. After an outcome that is not definite the
request may still have arrived, so only a complete witness can tell. docs/verdicts.md says what follows from each.

| outcome | definite | means |
| --- | --- | --- |
${rows.join('\n')}

A scenario may demand how a forbidden path is closed, with any of these codes: \`by: [timed-out, refused]\`. In
\`history.jsonl\` and \`verdicts.json\` the codes stand as the client reported them: \`delivered\` and \`syn-received\`
are known to the witness alone, and are counted apart from the client's outcomes.

## When the world fails

These are no outcomes: they end a run, or a scenario of it, with a message that says what to do.

| code | means |
| --- | --- |
${failures.join('\n')}
`;
}
