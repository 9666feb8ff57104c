import { createHash } from 'node:crypto';
import { mkdir, readdir, readFile, rename, stat, writeFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { parseDocument } from 'yaml';
import { z } from 'zod';
import { GatecrashError } from '../../model/gatecrash-error.ts';
import type { AddOn } from '../add-on.ts';

/** Of one manifest, bytes. */
const sizeBound = 32 * 1024 * 1024;
const downloadBound = 60_000;
const manifestName = /\.(ya?ml|json)$/;

const index = z.strictObject({
	/** In the place of a definition's images. */
	images: z.strictObject({ node: z.string().min(1).optional(), agent: z.string().min(1).optional() }).default({}),
});

/**
 * The text of an add-on's manifest, with the checksum that the definition names: from the mirror if there is one, else
 * from its URL, kept in the user's cache folder. A mirror is any folder; files are found in it, and in the folders right
 * below it, by their checksum alone, whatever their names.
 * @throws GatecrashError GC_CLUSTER when it can't be had.
 */
export async function manifestOf(addOn: AddOn, mirror: string | undefined, signal: AbortSignal): Promise<string> {
	if (mirror !== undefined) return fromMirror(addOn, mirror);
	const { url } = addOn;
	if (url === undefined) {
		throw new GatecrashError('GC_CLUSTER', `Nobody publishes the manifest of add-on ${addOn.name}.`, {
			hint: `${howToGet(addOn)} Its SHA-256 has to be ${addOn.sha256}.`,
		});
	}
	const cache = join(process.env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'gatecrash/add-ons');
	const kept = join(cache, `${addOn.sha256}.yaml`);
	const before = await readFile(kept).catch(() => undefined);
	if (before && checksum(before) === addOn.sha256) return before.toString('utf8');
	const bytes = await download({ ...addOn, url }, signal);
	await mkdir(cache, { recursive: true });
	// Beside it, then renamed: two runs may be fetching it at once.
	await writeFile(`${kept}.${process.pid}`, bytes);
	await rename(`${kept}.${process.pid}`, kept);
	return bytes.toString('utf8');
}

/** What a mirror says about images, in its `mirror.yaml`; a mirror without one says nothing. */
export async function mirrorImages(mirror: string | undefined): Promise<{ node?: string; agent?: string }> {
	if (mirror === undefined) return {};
	const file = join(mirror, 'mirror.yaml');
	const text = await readFile(file, 'utf8').catch(() => undefined);
	if (text === undefined) return {};
	const parsed = index.safeParse(parseDocument(text).toJS({ maxAliasCount: 100 }));
	if (!parsed.success) throw new GatecrashError('GC_USAGE', `${file}: ${z.prettifyError(parsed.error)}`);
	const { node, agent } = parsed.data.images;
	return { ...(node !== undefined && { node }), ...(agent !== undefined && { agent }) };
}

function howToGet({ url, rendered }: AddOn): string {
	return url === undefined
		? `Make it with \`${rendered}\`, put it into a folder, and give --mirror DIR.`
		: `Put ${url} there.`;
}

async function fromMirror(addOn: AddOn, mirror: string): Promise<string> {
	const files = await manifestsIn(mirror);
	for (const file of files) {
		const bytes = await readFile(file);
		if (checksum(bytes) === addOn.sha256) return bytes.toString('utf8');
	}
	throw new GatecrashError(
		'GC_CLUSTER',
		`The mirror ${mirror} has no file with the checksum of add-on ${addOn.name} (${files.length} manifests looked at).`,
		{ hint: `${howToGet(addOn)} Its SHA-256 has to be ${addOn.sha256}; its name does not matter.` },
	);
}

async function manifestsIn(mirror: string): Promise<string[]> {
	const top = await readdir(mirror, { withFileTypes: true }).catch((cause: unknown) => {
		throw new GatecrashError('GC_USAGE', `The mirror ${mirror} can't be read.`, { cause });
	});
	const below = await Promise.all(
		top
			.filter((entry) => entry.isDirectory())
			.map(async ({ name }) => (await readdir(join(mirror, name)).catch(() => [])).map((file) => join(name, file))),
	);
	const names = [...top.map(({ name }) => name), ...below.flat()].filter((name) => manifestName.test(name)).sort();
	const sized = await Promise.all(
		names.map(async (name) => {
			const found = await stat(join(mirror, name)).catch(() => undefined);
			return found?.isFile() && found.size <= sizeBound ? [join(mirror, name)] : [];
		}),
	);
	return sized.flat();
}

async function download(addOn: AddOn & { url: string }, signal: AbortSignal): Promise<Buffer> {
	const hint = 'Without a way to the internet, give a folder that has the file: --mirror DIR.';
	const bounded = AbortSignal.any([signal, AbortSignal.timeout(downloadBound)]);
	let bytes: Buffer;
	try {
		const response = await fetch(addOn.url, { signal: bounded });
		if (!response.ok) throw new Error(`HTTP status ${response.status}`);
		bytes = Buffer.from(await response.arrayBuffer());
	} catch (cause) {
		signal.throwIfAborted();
		const reason = cause instanceof Error && cause.cause instanceof Error ? cause.cause.message : String(cause);
		throw new GatecrashError('GC_CLUSTER', `Add-on ${addOn.name}: ${addOn.url} can't be had: ${reason}`, {
			cause,
			hint,
		});
	}
	const found = checksum(bytes);
	if (found === addOn.sha256) return bytes;
	throw new GatecrashError('GC_CLUSTER', `Add-on ${addOn.name}: ${addOn.url} has the SHA-256 ${found}.`, {
		hint: `The definition names ${addOn.sha256}: it was changed there, or on its way.`,
	});
}

function checksum(bytes: Buffer): string {
	return createHash('sha256').update(bytes).digest('hex');
}
