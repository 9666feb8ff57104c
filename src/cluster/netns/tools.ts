import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';
import { GatecrashError } from '../../model/gatecrash-error.ts';

/** Programs that the embedded cluster calls, with the package that has them on most distributions. */
export const requiredTools = {
	nft: 'nftables',
	ip: 'iproute2',
	unshare: 'util-linux',
	nsenter: 'util-linux',
	setpriv: 'util-linux',
	mount: 'mount',
} as const;

/** Packets are captured by a program in perl (../wire/capture.pl), which only scenarios of a mesh have a use for. */
export const perlHint = 'Install perl, which captures packets: wire evidence is not taken without it.';

export type Tool = keyof typeof requiredTools;

/** PATH with the folders where distributions keep nft and ip, which are not on every user's PATH. */
export function searchPath(path = process.env.PATH ?? ''): string {
	const wanted = ['/usr/local/sbin', '/usr/sbin', '/sbin', '/usr/bin', '/bin'];
	const given = path.split(delimiter).filter((folder) => folder !== '');
	return [...given, ...wanted.filter((folder) => !given.includes(folder))].join(delimiter);
}

/** Where a tool is, or undefined. */
export function findTool(tool: string, path?: string): string | undefined {
	return searchPath(path)
		.split(delimiter)
		.map((folder) => join(folder, tool))
		.find(isExecutable);
}

/** @throws GatecrashError GC_TOOL_MISSING, naming every missing tool and the command that installs them. */
export function requireTools(path?: string): void {
	const missing = (Object.keys(requiredTools) as Tool[]).filter((tool) => findTool(tool, path) === undefined);
	if (missing.length === 0) return;
	throw new GatecrashError('GC_TOOL_MISSING', `The embedded cluster needs ${missing.join(', ')}.`, {
		hint: installHint(missing, path),
	});
}

/** One sentence that says how to install the packages of these tools here. */
export function installHint(tools: Tool[], path?: string): string {
	const packages = [...new Set(tools.map((tool) => requiredTools[tool]))].join(' ');
	if (findTool('apt-get', path)) return `Install them as root: apt-get install ${packages}`;
	// Fedora and its relatives have iproute2 under its old name, and mount in util-linux.
	if (findTool('dnf', path))
		return `Install them as root: dnf install ${packages.replace('iproute2', 'iproute').replace(/ ?\bmount\b/, ' util-linux')}`;
	if (findTool('apk', path)) return `Install them as root: apk add ${packages} setpriv`;
	return `Install the packages ${packages}.`;
}

export function isExecutable(file: string): boolean {
	try {
		accessSync(file, constants.X_OK);
		return true;
	} catch {
		return false;
	}
}
