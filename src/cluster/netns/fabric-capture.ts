import type { CaptureStream } from '../../model/cluster.ts';
import { LineProcess } from '../line-process.ts';
import { captureProgram } from '../wire/capture-program.ts';
import { SharedCapture } from '../wire/shared-capture.ts';
import type { Fabric } from './fabric.ts';
import { nodeName } from './inventory.ts';

/** Captures in a fabric, where the host side of every pod is: one after the other, by one program that ends with the fabric. */
export class FabricCapture {
	readonly #fabric: Fabric;
	#shared: SharedCapture | undefined;

	constructor(fabric: Fabric) {
		this.#fabric = fabric;
	}

	/** `wanted`: addresses of pods, and what breaks the capture on purpose. */
	async watch(wanted: readonly string[]): Promise<CaptureStream> {
		if (!this.#shared || this.#shared.ended) {
			const child = this.#fabric.spawn(['perl', captureProgram]);
			this.#shared = new SharedCapture(nodeName, await new LineProcess('capture', child).open());
		}
		return this.#shared.watch(wanted, () => {});
	}
}
