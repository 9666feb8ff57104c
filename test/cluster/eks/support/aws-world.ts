import { type ChildProcess, spawn } from 'node:child_process';
import {
	copyFileSync,
	mkdirSync,
	mkdtempSync,
	readFileSync,
	rmSync,
	symlinkSync,
	writeFileSync,
	existsSync,
	chmodSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { EksApiServer } from './api-server.ts';
import { AwsFront } from './aws-front.ts';
import type { Moto } from './moto.ts';

const root = fileURLToPath(new URL('../../../..', import.meta.url));
const main = join(root, 'dist/main.js');

/** What the stand-in for eksctl does wrong, and so many times. */
export interface EksctlPlan {
	fails?: Partial<Record<'create' | 'create-late' | 'delete' | 'delete-stack', number>>;
	/** It does not come to an end while it creates. */
	hangs?: boolean;
	/** Of a real API server, in the place of the small one. */
	kubeconfig?: string;
}

export interface Ended {
	code: number | null;
	stdout: string;
	stderr: string;
	milliseconds: number;
}

/**
 * One empty AWS account on loopback, a stand-in for eksctl, an API server, and a folder that gatecrash is called in as
 * built. Credentials are made up, and nothing outside of loopback is ever named. Whoever makes it removes it.
 */
export class AwsWorld {
	readonly folder = mkdtempSync(join(tmpdir(), 'gatecrash-eks-'));
	readonly front: AwsFront;
	readonly #api = new EksApiServer(2);
	#endpoint = '';
	#server = '';

	private constructor(moto: Moto) {
		this.front = new AwsFront(moto.url);
	}

	/** Empties the moto that it is given, which several worlds use one after the other. */
	static async make(moto: Moto): Promise<AwsWorld> {
		await fetch(`${moto.url}/moto-api/reset`, { method: 'POST' });
		const world = new AwsWorld(moto);
		world.#endpoint = await world.front.start();
		world.#server = await world.#api.start();
		const bin = join(world.folder, 'bin');
		mkdirSync(bin);
		copyFileSync(fileURLToPath(new URL('eksctl.mjs', import.meta.url)), join(world.folder, 'eksctl.mjs'));
		symlinkSync(join(world.folder, 'eksctl.mjs'), join(bin, 'eksctl'));
		// Only looked for: the small API server wants no tokens of it.
		writeFileSync(join(bin, 'aws'), '#!/bin/sh\nexit 1\n');
		chmodSync(join(bin, 'aws'), 0o755);
		world.eksctl({});
		return world;
	}

	async remove(): Promise<void> {
		await this.front.stop();
		await this.#api.stop();
		rmSync(this.folder, { recursive: true, force: true });
	}

	eksctl(plan: EksctlPlan): void {
		writeFileSync(join(this.folder, 'plan.json'), JSON.stringify({ server: this.#server, ...plan }));
	}

	/** Arguments and configuration of each call of eksctl, without those that only ask for its version. */
	eksctlCalls(): { args: string[]; config?: { metadata: { name: string; tags: Record<string, string> } } }[] {
		const file = join(this.folder, 'calls.jsonl');
		if (!existsSync(file)) return [];
		const lines = readFileSync(file, 'utf8').trim().split('\n');
		return lines.map((line) => JSON.parse(line) as { args: string[] }).filter(({ args }) => args[0] !== 'version');
	}

	/** AWS's own variables, as this process would have to set them too to look at the account. */
	environment(): Record<string, string> {
		return {
			AWS_ENDPOINT_URL: this.#endpoint,
			AWS_REGION: 'eu-west-1',
			AWS_ACCESS_KEY_ID: 'AKIAEXAMPLE',
			AWS_SECRET_ACCESS_KEY: 'made-up',
			AWS_EC2_METADATA_DISABLED: 'true',
			AWS_CONFIG_FILE: join(this.folder, 'no-config'),
			AWS_SHARED_CREDENTIALS_FILE: join(this.folder, 'no-credentials'),
		};
	}

	start(args: readonly string[], env: Record<string, string | undefined> = {}): ChildProcess {
		const { HOME = '', PATH = '' } = process.env;
		return spawn(process.execPath, [main, ...args], {
			cwd: this.folder,
			env: {
				...{ HOME, PATH: `${join(this.folder, 'bin')}:${PATH}`, NO_COLOR: '1' },
				...{ EKSCTL_STAND_IN: this.folder, EKSCTL_STAND_IN_MODULES: root },
				...this.environment(),
				...env,
			},
			stdio: ['ignore', 'pipe', 'pipe'],
			timeout: 120_000,
		});
	}

	gatecrash(...args: string[]): Promise<Ended> {
		return ended(this.start(args));
	}
}

export async function ended(child: ChildProcess): Promise<Ended> {
	const began = performance.now();
	let [stdout, stderr] = ['', ''];
	child.stdout?.setEncoding('utf8').on('data', (text: string) => (stdout += text));
	child.stderr?.setEncoding('utf8').on('data', (text: string) => (stderr += text));
	const code = await new Promise<number | null>((resolve, reject) => {
		child.on('error', reject);
		child.on('close', resolve);
	});
	return { code, stdout, stderr, milliseconds: performance.now() - began };
}
