import { existsSync, readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The folder that makes real kind clusters possible on machines without an image registry; beside the project. */
export const kindOffline = fileURLToPath(new URL('../../../../shared/kind-offline', import.meta.url));

export function hasKindOffline(): boolean {
	return existsSync(join(kindOffline, 'up.sh'));
}

/** What gatecrash is told about images and manifests there: by its environment, as a user on such a machine would. */
export function offlineEnvironment(): Record<string, string> {
	const versions = Object.fromEntries(
		readFileSync(join(kindOffline, 'versions.env'), 'utf8')
			.split('\n')
			.flatMap((line) => [/^(\w+)=(.*)$/.exec(line)?.slice(1, 3) ?? []])
			.filter((pair) => pair.length === 2),
	) as Record<string, string>;
	const cache =
		process.env.KIND_OFFLINE_WORK ?? join(process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache'), 'kind-offline');
	return {
		GATECRASH_NODE_IMAGE: versions.NODE_IMAGE ?? '',
		GATECRASH_AGENT_IMAGE: versions.AGENT_IMAGE ?? '',
		GATECRASH_MIRROR: join(cache, 'manifests'),
	};
}
