import type { ChildProcessWithoutNullStreams } from 'node:child_process';
import type { CaptureStream } from '../../model/cluster.ts';
import { LineProcess } from '../line-process.ts';

/** The stream of a capture program that was started. Closing it ends the program, whose standard input closes. */
export async function captureStream(node: string, child: ChildProcessWithoutNullStreams): Promise<CaptureStream> {
	const process = new LineProcess(`capture on node ${node}`, child);
	const stream = await process.open();
	return {
		node,
		ended: process.ended,
		send: (line) => stream.send(line),
		onLine: (listener) => stream.onLine(listener),
		close: () => {
			stream.close();
			child.stdin.end();
			child.kill('SIGKILL');
		},
	};
}
