import { existsSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { GatecrashError } from '../model/gatecrash-error.ts';
import { packageFolder } from '../package-folder.ts';
import { type ClusterDefinition, parseClusterDefinition } from './cluster-definition.ts';

/** The package's own definitions. */
const definitions = join(packageFolder, 'clusters');

/**
 * A cluster definition by the name of one under clusters/, or by its file.
 * @throws GatecrashError GC_USAGE for an unknown name or a bad file.
 */
export async function readDefinition(nameOrFile: string): Promise<{ definition: ClusterDefinition; file: string }> {
	const file = await definitionFile(nameOrFile);
	return { definition: parseClusterDefinition(await readFile(file, 'utf8'), file), file };
}

async function definitionFile(nameOrFile: string): Promise<string> {
	if (/[/\\]|\.ya?ml$/.test(nameOrFile)) {
		if (existsSync(nameOrFile)) return nameOrFile;
		throw new GatecrashError('GC_USAGE', `There is no cluster definition ${nameOrFile}.`);
	}
	const file = join(definitions, `${nameOrFile}.yaml`);
	if (existsSync(file)) return file;
	const known = await definedClusters();
	throw new GatecrashError('GC_USAGE', `There is no cluster "${nameOrFile}".`, {
		hint: `Known clusters: ${known.join(', ')}; or give the path of a definition file.`,
	});
}

/** Names of the package's own definitions. */
export async function definedClusters(): Promise<string[]> {
	return (await readdir(definitions)).flatMap((entry) => (entry.endsWith('.yaml') ? [entry.slice(0, -5)] : [])).sort();
}
