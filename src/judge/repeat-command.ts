/** The command that runs exactly one cell again, quoted for a POSIX shell. */
export function repeatCommand(file: string, id: string, cluster: string | undefined): string {
	const where = cluster === undefined || cluster === 'embedded' ? '' : ` --cluster ${quoteIfNeeded(cluster)}`;
	return `npx gatecrash run ${quoteIfNeeded(file)} --grep ${quote(id)}${where}`;
}

function quoteIfNeeded(text: string): string {
	return /^[\w./@%+=:,][\w./@%+=:,-]*$/.test(text) ? text : quote(text);
}

function quote(text: string): string {
	return `'${text.replaceAll("'", "'\\''")}'`;
}
