import type { ClusterFacts } from '../model/cluster.ts';

/** The command that runs exactly one cell again, with the same seeded bugs, quoted for a POSIX shell. */
export function repeatCommand(
	file: string,
	id: string,
	cluster: Pick<ClusterFacts, 'name' | 'injected'> | undefined,
): string {
	const { name = 'embedded', injected = [] } = cluster ?? {};
	const where = name === 'embedded' ? '' : ` --cluster ${quoteIfNeeded(name)}`;
	// What tests tamper with has no name that a command could take.
	const bugs = injected.filter((bug) => /^[a-z0-9-]+$/.test(bug)).map((bug) => ` --inject ${bug}`);
	return `npx gatecrash run ${quoteIfNeeded(file)} --grep ${quote(id)}${where}${bugs.join('')}`;
}

function quoteIfNeeded(text: string): string {
	return /^[\w./@%+=:,][\w./@%+=:,-]*$/.test(text) ? text : quote(text);
}

function quote(text: string): string {
	return `'${text.replaceAll("'", "'\\''")}'`;
}
