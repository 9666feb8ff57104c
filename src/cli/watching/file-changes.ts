import { type FSWatcher, statSync, watch } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { performance } from 'node:perf_hooks';
import { setTimeout as delay } from 'node:timers/promises';

/** Editors write a file in several steps; what follows within this many milliseconds belongs to the same change. */
const together = 20;

/** Tells when YAML files change; whoever makes one closes it. */
export class FileChanges {
	readonly #watchers = new Map<string, FSWatcher>();
	#changedAt: number | undefined;
	#wake: () => void = () => {};

	/**
	 * Watches scenario files and folders (with all below them), and the folders of other files. Folders and not files, since
	 * many editors put a new file in the place of the old one. What does not exist is left out.
	 */
	watch(paths: readonly string[], files: readonly string[]): void {
		for (const path of paths) {
			const isFolder = statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false;
			this.#add(isFolder ? path : dirname(path), isFolder);
		}
		for (const file of files) this.#add(dirname(file), false);
	}

	#add(folder: string, recursive: boolean): void {
		const key = resolve(folder);
		if (this.#watchers.has(key) || statSync(key, { throwIfNoEntry: false }) === undefined) return;
		const watcher = watch(key, { recursive }, (_kind, name) => {
			if (name !== null && !/\.ya?ml$/.test(name)) return;
			this.#changedAt ??= performance.now();
			this.#wake();
		});
		// A folder that goes away is no reason to end; what was in it will be missed by the plan.
		watcher.on('error', () => {
			watcher.close();
			this.#watchers.delete(key);
		});
		this.#watchers.set(key, watcher);
	}

	/** When the next change began (`performance.now()`), also one that came meanwhile; undefined once `signal` is aborted. */
	async next(signal: AbortSignal): Promise<number | undefined> {
		if (this.#changedAt === undefined && !signal.aborted) {
			await new Promise<void>((resolveWake) => {
				this.#wake = resolveWake;
				signal.addEventListener('abort', () => resolveWake(), { once: true });
			});
		}
		if (signal.aborted) return undefined;
		await delay(together);
		const changedAt = this.#changedAt;
		this.#changedAt = undefined;
		return changedAt;
	}

	close(): void {
		for (const watcher of this.#watchers.values()) watcher.close();
		this.#watchers.clear();
	}
}
