import { setTimeout as sleep } from 'node:timers/promises';
import { GatecrashError } from '../../model/gatecrash-error.ts';
import { command } from './command.ts';

/** A pod that is told to end has 30 s by default. Milliseconds. */
const endBound = 60_000;
const pause = 100;

/** Standard output of a command in a node container, which runs to its end whatever happens to us. @throws GatecrashError GC_CLUSTER. */
export function inNode(node: string, args: readonly string[], signal?: AbortSignal): Promise<string> {
	return command('docker', ['exec', node, ...args], { ends: 'by-itself', ...(signal && { signal }) });
}

/** The same where a failure is an answer: false. */
export function holdsInNode(node: string, args: readonly string[]): Promise<boolean> {
	return inNode(node, args).then(
		() => true,
		() => false,
	);
}

/**
 * Resolves when no process of a pod is left on its node: an API server may forget a pod while its containers still run. @throws GatecrashError GC_CLUSTER when the bound passes.
 */
export async function waitForProcessesEnd(node: string, uid: string, signal: AbortSignal): Promise<void> {
	const until = performance.now() + endBound;
	while ((await processesOf(node, uid, signal)) > 0) {
		if (performance.now() > until) {
			throw new GatecrashError(
				'GC_CLUSTER',
				`On ${node} processes of a deleted pod still run after ${endBound / 1000} s.`,
			);
		}
		await sleep(pause, undefined, { signal });
	}
}

/** By their control groups, whose names have the pod's UID in them: with dashes, or with underscores where systemd makes them. */
async function processesOf(node: string, uid: string, signal?: AbortSignal): Promise<number> {
	const pattern = uid.replaceAll('-', '[-_]');
	const script = `grep -lsE '${pattern}' /proc/[0-9]*/cgroup | wc -l`;
	return Number.parseInt(await inNode(node, ['sh', '-c', script], signal), 10) || 0;
}
