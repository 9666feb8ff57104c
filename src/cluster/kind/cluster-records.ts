import { mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { z } from 'zod';
import { GatecrashError } from '../../model/gatecrash-error.ts';
import type { ProcessMark } from '../../model/process.ts';

export const defaultClustersFolder = '.gatecrash/clusters';

const record = z.strictObject({
	schemaVersion: z.literal(1),
	/** kind's name of it. */
	kindName: z.string(),
	/** Of the definition. */
	cluster: z.string(),
	/** SHA-256 of the definition and of what was given in its place: a cluster made otherwise is not used. */
	made: z.string(),
	/** Undefined: made to be kept, by `gatecrash cluster up`. */
	run: z.string().optional(),
	agentImage: z.string(),
	/** Process that made it. */
	process: z.int(),
	createdAt: z.string(),
	/** Undefined until it is complete: what is half made is not used. */
	readyAt: z.string().optional(),
});

const mark = z.strictObject({
	host: z.string(),
	pid: z.int(),
	boot: z.string().optional(),
	started: z.string().optional(),
});

/** What is known about a kind cluster that gatecrash made, in DIR/NAME/cluster.json beside its kubeconfig. */
export type ClusterRecord = z.infer<typeof record>;

/** The folder of records; each cluster has a folder of its own in it, with a kubeconfig that nobody else may read. */
export class ClusterRecords {
	readonly #folder: string;

	constructor(folder = defaultClustersFolder) {
		// Kubeconfigs are named in ledgers, which are read from wherever.
		this.#folder = resolve(folder);
	}

	folder(kindName: string): string {
		return join(this.#folder, kindName);
	}

	file(kindName: string, name: 'cluster.json' | 'kubeconfig' | 'kind.yaml' | 'mesh-authority.json'): string {
		return join(this.#folder, kindName, name);
	}

	async write(entry: ClusterRecord): Promise<void> {
		const file = this.file(entry.kindName, 'cluster.json');
		try {
			await mkdir(this.folder(entry.kindName), { recursive: true, mode: 0o700 });
			await writeFile(`${file}.${process.pid}`, `${JSON.stringify(entry, null, 2)}\n`);
			await rename(`${file}.${process.pid}`, file);
		} catch (cause) {
			throw new GatecrashError('GC_RUN_FOLDER', `${file} can't be written.`, { cause });
		}
	}

	/** Undefined where there is none, or none that this version of gatecrash understands. */
	async read(kindName: string): Promise<ClusterRecord | undefined> {
		const text = await readFile(this.file(kindName, 'cluster.json'), 'utf8').catch(() => undefined);
		if (text === undefined) return undefined;
		return record.safeParse(parseJson(text)).data;
	}

	/** Notes that a run uses it. Whoever uses it calls what this resolves with; a run that is killed leaves the note. */
	async use(kindName: string, run: string, process: ProcessMark): Promise<() => Promise<void>> {
		const file = join(this.#users(kindName), `${run}.json`);
		await mkdir(this.#users(kindName), { recursive: true, mode: 0o700 });
		await writeFile(file, JSON.stringify(process));
		return () => rm(file, { force: true });
	}

	/** Runs that have noted that they use it, those that were killed among them. */
	async users(kindName: string): Promise<{ run: string; process: ProcessMark }[]> {
		const files: string[] = await readdir(this.#users(kindName)).catch(() => []);
		const users = files.toSorted().map(async (file) => {
			const text = await readFile(join(this.#users(kindName), file), 'utf8').catch(() => '');
			const process = mark.safeParse(parseJson(text));
			return process.success ? [{ run: file.replace(/\.json$/, ''), process: process.data }] : [];
		});
		return (await Promise.all(users)).flat();
	}

	#users(kindName: string): string {
		return join(this.folder(kindName), 'users');
	}

	async remove(kindName: string): Promise<void> {
		await rm(this.folder(kindName), { recursive: true, force: true });
	}

	async all(): Promise<ClusterRecord[]> {
		const names: string[] = await readdir(this.#folder).catch(() => []);
		const all = await Promise.all(names.toSorted().map((name) => this.read(name)));
		return all.filter((entry) => entry !== undefined);
	}
}

function parseJson(text: string): unknown {
	try {
		return JSON.parse(text);
	} catch {
		return undefined;
	}
}
