/** Why Envoy ended, of what it wrote to standard error. */
export interface EnvoyComplaint {
	/** Its own words, without the frames of its stack, which name no function. */
	text: string;
	/** What to do about it, where that is known. */
	hint?: string;
}

/**
 * Each Envoy watches its files with inotify instances, of which a user has 128 unless told otherwise; what else runs (kind
 * clusters, editors) takes of the same.
 */
export const inotifyLimit = { sysctl: 'fs/inotify/max_user_instances', enough: 512 } as const;
export const inotifyFix = `As root: sysctl -w fs.inotify.max_user_instances=${inotifyLimit.enough}`;

export function readComplaint(stderr: string): EnvoyComplaint {
	const text = stderr
		.split('\n')
		.filter((line) => !/\[(envoy_bug|backtrace)\]/.test(line))
		.join('\n')
		.trim();
	return text.includes('inotify') ? { text, hint: inotifyFix } : { text };
}
