import { mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { z } from 'zod';
import { GatecrashError } from '../../model/gatecrash-error.ts';
import { defaultClustersFolder } from '../kind/cluster-records.ts';

const record = z.strictObject({
	schemaVersion: z.literal(1),
	/** As EKS knows it. */
	name: z.string(),
	/** Name of the definition. */
	cluster: z.string(),
	region: z.string(),
	/** AWS's number of the account. */
	account: z.string(),
	run: z.string(),
	/** Made by `gatecrash cluster up`, for several runs. */
	kept: z.boolean(),
	/** SHA-256 of the definition and of what was given in its place. */
	made: z.string(),
	agentImage: z.string(),
	process: z.strictObject({
		host: z.string(),
		pid: z.int(),
		boot: z.string().optional(),
		started: z.string().optional(),
	}),
	createdAt: z.string(),
	/** From then on any `gatecrash clean --cloud` may delete it. */
	expires: z.string(),
	/** Undefined until it is complete: what is half made is not used. */
	readyAt: z.string().optional(),
});

/** What is known about an EKS cluster that was made from this folder, in DIR/NAME/eks.json beside its kubeconfig. */
export type EksRecord = z.infer<typeof record>;

/** In the folder of kind's records, under names of their own. */
export class EksRecords {
	readonly #folder: string;

	constructor(folder = defaultClustersFolder) {
		this.#folder = resolve(folder);
	}

	file(name: string, file: 'eks.json' | 'kubeconfig' | 'cluster.yaml' | 'mesh-authority.json'): string {
		return join(this.#folder, name, file);
	}

	/** It is on disk before anything is asked of AWS. @throws GatecrashError GC_RUN_FOLDER. */
	async write(entry: EksRecord): Promise<void> {
		const file = this.file(entry.name, 'eks.json');
		try {
			await mkdir(join(this.#folder, entry.name), { recursive: true, mode: 0o700 });
			await writeFile(`${file}.${process.pid}`, `${JSON.stringify(entry, null, 2)}\n`);
			await rename(`${file}.${process.pid}`, file);
		} catch (cause) {
			throw new GatecrashError('GC_RUN_FOLDER', `${file} can't be written.`, { cause });
		}
	}

	async read(name: string): Promise<EksRecord | undefined> {
		const text = await readFile(this.file(name, 'eks.json'), 'utf8').catch(() => undefined);
		return text === undefined ? undefined : record.safeParse(parseJson(text)).data;
	}

	async remove(name: string): Promise<void> {
		await rm(join(this.#folder, name), { recursive: true, force: true });
	}

	/** In the order in which they were made. */
	async all(): Promise<EksRecord[]> {
		const names: string[] = await readdir(this.#folder).catch(() => []);
		const all = await Promise.all(names.map((name) => this.read(name)));
		return all
			.filter((entry) => entry !== undefined)
			.sort((one, other) => one.createdAt.localeCompare(other.createdAt));
	}

	/** The newest that was made to stay from a definition of this name. */
	async kept(cluster: string): Promise<EksRecord | undefined> {
		return (await this.all()).filter((entry) => entry.kept && entry.cluster === cluster).at(-1);
	}
}

function parseJson(text: string): unknown {
	try {
		return JSON.parse(text);
	} catch {
		return undefined;
	}
}
