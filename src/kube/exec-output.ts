import { PassThrough } from 'node:stream';
import type { KubeConfig } from '@kubernetes/client-node';
import { GatecrashError } from '../model/gatecrash-error.ts';

export interface ExecTarget {
	namespace: string;
	pod: string;
	container: string;
	command: string[];
}

/**
 * Standard output of a command in a container, which ends by itself. Needs the right to `create pods/exec`, which only
 * clusters of our own give.
 * @throws GatecrashError GC_CLUSTER when it can't be run, or takes longer than `bound` milliseconds.
 */
export async function execOutput(config: KubeConfig, target: ExecTarget, bound: number): Promise<string> {
	const { namespace, pod, container, command } = target;
	const { Exec } = await import('./client-node.ts');
	const stdout = new PassThrough();
	const stderr = new PassThrough();
	const chunks: Buffer[] = [];
	stdout.on('data', (chunk: Buffer) => chunks.push(chunk));
	stderr.resume();
	const failure = (detail: string) =>
		new GatecrashError('GC_CLUSTER', `${command.join(' ')} in ${namespace}/${pod}: ${detail}`);
	let socket: { terminate(): void } | undefined;
	try {
		return await new Promise<string>((resolve, reject) => {
			const timer = setTimeout(() => reject(failure(`no end within ${bound / 1000} s`)), bound);
			const end = (settle: () => void) => {
				clearTimeout(timer);
				settle();
			};
			new Exec(config)
				.exec(namespace, pod, container, command, stdout, stderr, null, false, () =>
					end(() => resolve(Buffer.concat(chunks).toString())),
				)
				.then(
					(opened) => {
						socket = opened;
						opened.on('close', () => end(() => reject(failure('the connection broke'))));
					},
					(cause: unknown) => end(() => reject(failure(cause instanceof Error ? cause.message : String(cause)))),
				);
		});
	} finally {
		socket?.terminate();
	}
}
