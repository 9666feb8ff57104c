import { spawn } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import type { CaptureStream } from '../../model/cluster.ts';
import { captureProgram } from '../wire/capture-program.ts';
import { captureStream } from '../wire/capture-stream.ts';

/**
 * Captures in a node container, whose image has perl, on the host side of the pods with these addresses. The program ends with
 * us: its standard input closes then.
 */
export async function openNodeCapture(
	node: { name: string; symbol: string },
	addresses: readonly string[],
): Promise<CaptureStream> {
	const program = await readFile(captureProgram, 'utf8');
	const child = spawn('docker', ['exec', '--interactive', node.name, 'perl', '-e', program, ...addresses], {
		stdio: 'pipe',
		// Ctrl-C is for us.
		detached: true,
	});
	// A pipe whose reader is gone is told by the end.
	child.stdin.on('error', () => {});
	return captureStream(node.symbol, child);
}
