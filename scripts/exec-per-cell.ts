/** The field's way to attempt a matrix: one `kubectl exec` for each cell, some workers side by side. */
import { execa } from 'execa';
import type { Protocol, SocketAddress } from '../src/model/address.ts';
import { wireMagic } from '../src/model/agent.ts';

/** One cell: a command in the client's pod, and what it should find. */
export interface ExecCell {
	namespace: string;
	pod: string;
	container: string;
	destination: SocketAddress;
	protocol: Protocol;
	/** Undefined: no stance. */
	expected: 'open' | 'closed' | undefined;
}

export interface ExecPass {
	/** Milliseconds. */
	duration: number;
	cells: number;
	/** Cells with a stance that were found otherwise. */
	wrong: number;
}

/** As many as Cyclonus and its successors have by default. */
const execWorkers = 15;
/** Seconds until a cell counts as closed, as upstream's tests have it (agnhost connect --timeout=1s). */
const patience = 1;

/**
 * Attempts every cell once. As in the field, any failure of the command counts as "closed", also one of exec itself.
 * UDP needs an answer, which the probe's listener gives to a line of ours.
 */
export async function execPerCell(
	cells: readonly ExecCell[],
	kubeconfig: string,
	signal: AbortSignal,
): Promise<ExecPass> {
	const queue = [...cells];
	let wrong = 0;
	const began = performance.now();
	const worker = async () => {
		for (let cell = queue.shift(); cell; cell = queue.shift()) {
			const found = await isOpen(cell, kubeconfig, signal);
			if (cell.expected !== undefined && cell.expected !== (found ? 'open' : 'closed')) wrong += 1;
		}
	};
	await Promise.all(Array.from({ length: execWorkers }, worker));
	return { duration: performance.now() - began, cells: cells.length, wrong };
}

async function isOpen(cell: ExecCell, kubeconfig: string, signal: AbortSignal): Promise<boolean> {
	const { namespace, pod, container } = cell;
	const target = ['exec', '--namespace', namespace, pod, '--container', container, '--'];
	const probe = ['timeout', String(patience), 'bash', '-c', commandOf(cell)];
	const { exitCode } = await execa('kubectl', ['--kubeconfig', kubeconfig, ...target, ...probe], {
		reject: false,
		cancelSignal: signal,
		timeout: 60_000,
		stdio: 'ignore',
	});
	signal.throwIfAborted();
	return exitCode === 0;
}

function commandOf({ destination: { address, port }, protocol }: ExecCell): string {
	const open = `exec 3<>/dev/${protocol}/${address}/${port}`;
	return protocol === 'udp' ? `${open} && printf '${wireMagic} bench\\n' >&3 && read -r <&3` : open;
}
