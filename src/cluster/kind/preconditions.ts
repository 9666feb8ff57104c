import type { Precondition } from '../netns/preconditions.ts';
import { command } from './command.ts';
import { isHere } from './kind-clusters.ts';
import { whyNoKindnet } from './kindnet.ts';

const bound = { timeout: 15_000 };

/**
 * What clusters of kind need, one by one; never rejects. Warnings only, because the embedded cluster needs none of it.
 * `nodeImage`: tried out if it is on this machine.
 */
export async function checkKindPreconditions(nodeImage: string | undefined): Promise<Precondition[]> {
	const [docker, kind] = await Promise.all([
		check('docker', () => command('docker', ['version', '--format', '{{.Server.Version}}'], bound)),
		check('kind', () => command('kind', ['version', '--quiet'], bound)),
	]);
	if (docker.status !== 'ok' || nodeImage === undefined || !(await isHere(nodeImage))) return [docker, kind];
	const kindnet = await check('kindnet', async () => {
		const reason = await whyNoKindnet(nodeImage);
		if (reason !== undefined) throw new Error(`${reason}; other engines on kind are not affected`);
		return 'can enforce policies here';
	});
	return [docker, kind, kindnet];
}

async function check(name: string, ask: () => Promise<string>): Promise<Precondition> {
	try {
		return { name, status: 'ok', detail: (await ask()).trim() };
	} catch (error) {
		const { message } = error as Error;
		const hint = (error as { hint?: string }).hint;
		return {
			...{ name, status: 'warn', detail: `${message.split('\n')[0] ?? ''} (clusters of kind only)` },
			...(hint !== undefined && { fix: hint }),
		};
	}
}
