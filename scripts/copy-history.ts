import { createReadStream, createWriteStream } from 'node:fs';
import { createInterface } from 'node:readline';

/** A history with so many copies of the only scenario of another, called `NAME-0`, `NAME-1`, ... and told one after the other. */
export async function copyHistory(from: string, to: string, name: string, copies: number): Promise<void> {
	const target = createWriteStream(to);
	let frame = '';
	let last = '';
	for (let copy = 0; copy < copies; copy += 1) {
		for await (const line of createInterface({ input: createReadStream(from), crlfDelay: Number.POSITIVE_INFINITY })) {
			const isFrame = !line.includes(`"scenario":"${name}"`);
			if (isFrame && line.includes('"is":"run-ended"')) last = line;
			else if (isFrame && copy === 0) frame += `${line}\n`;
			if (isFrame) continue;
			if (frame !== '') target.write(frame);
			frame = '';
			const ready = target.write(
				`${line.replaceAll(`"${name}"`, `"${name}-${copy}"`).replaceAll(`"${name}/`, `"${name}-${copy}/`)}\n`,
			);
			if (!ready) await new Promise<void>((resolve) => target.once('drain', () => resolve()));
		}
	}
	await new Promise<void>((resolve) => target.end(`${last}\n`, () => resolve()));
}
