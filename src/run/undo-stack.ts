/**
 * What has to be undone, newest first. An undo is pushed *before* its step runs, so that a step that fails half-way
 * is undone too (as Playwright's task runner does it).
 */
export class UndoStack {
	readonly #undos: { name: string; undo: () => Promise<void> }[] = [];

	push(name: string, undo: () => Promise<void>): void {
		this.#undos.push({ name, undo });
	}

	/** Runs every undo, whatever the others do; returns what failed. Running it again does nothing. */
	async unwind(): Promise<{ name: string; error: unknown }[]> {
		const failures: { name: string; error: unknown }[] = [];
		for (let entry = this.#undos.pop(); entry; entry = this.#undos.pop()) {
			try {
				await entry.undo();
			} catch (error) {
				failures.push({ name: entry.name, error });
			}
		}
		return failures;
	}
}
