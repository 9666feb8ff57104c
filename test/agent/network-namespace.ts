import { type ChildProcess, spawn, spawnSync } from 'node:child_process';

const path = `${process.env.PATH ?? ''}:/usr/sbin:/sbin`;
const enter = ['--preserve-credentials', '-U', '-n'];

/** A network namespace with nothing but lo, made as an ordinary user. `close` ends it. */
export class NetworkNamespace {
	readonly #holder: ChildProcess;

	constructor(holder: ChildProcess) {
		this.#holder = holder;
	}

	/** Runs a command of a shell in it; throws when it fails. */
	run(command: string): void {
		const { status, stderr } = spawnSync('nsenter', [...this.prefix.slice(1), 'sh', '-c', command], {
			encoding: 'utf8',
			env: { PATH: path },
		});
		if (status !== 0) throw new Error(`${command}: ${stderr}`);
	}

	/** Puts a rule of nft(8) into the chain `input` or `output`; the returned function removes it. */
	rule(chain: 'input' | 'output', rule: string): () => void {
		const name = `t${Math.random().toString(36).slice(2)}`;
		this.run(
			`nft 'add table inet ${name}; add chain inet ${name} c { type filter hook ${chain} priority 0; }; add rule inet ${name} c ${rule}'`,
		);
		return () => this.run(`nft delete table inet ${name}`);
	}

	get prefix(): string[] {
		return ['nsenter', '-t', String(this.#holder.pid), ...enter];
	}

	close(): void {
		this.#holder.kill('SIGKILL');
	}
}

/** Rejects where the kernel or a missing tool (unshare, nsenter, ip, nft) does not allow it. */
export async function openNetworkNamespace(): Promise<NetworkNamespace> {
	const script = 'ip link set lo up && nft list ruleset && echo up && exec sleep 300';
	const holder = spawn('unshare', ['-Urn', 'sh', '-c', script], { env: { PATH: path }, stdio: 'pipe' });
	await new Promise<void>((resolve, reject) => {
		let said = '';
		const hear = (data: Buffer) => {
			said += data.toString();
			if (/^up$/m.test(said)) resolve();
		};
		holder.stdout.on('data', hear);
		holder.stderr.on('data', hear);
		holder.on('error', reject);
		holder.on('close', () => reject(new Error(`no network namespace can be made: ${said}`)));
	});
	return new NetworkNamespace(holder);
}
