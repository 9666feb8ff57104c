import { execFile } from 'node:child_process';
import { chmod, copyFile, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect } from 'chai';
import { build } from 'esbuild';
import { findTool, installHint, searchPath } from '../../src/cluster/netns/tools.ts';
import { probeAgent } from './test-cluster.ts';

const run = promisify(execFile);
const losses = { conntrackDrop: 0, conntrackInsertFailed: 0, neighbourTableFull: 0 };
const works = { open: true, closed: false, node: true, losses, failing: [], notes: 1 };

describe('Preconditions of the embedded cluster', () => {
	let folder: string;
	/** Runs the visitor behind a prefix of another command, after a shell script. */
	const visit = async (prefix: string[], script: string) => {
		const visitor = [process.execPath, join(folder, 'visitor.mjs'), join(folder, 'probe-agent.mjs')];
		const [command = '', ...rest] = [...prefix, 'sh', '-c', `${script}\nexec "$@"`, 'sh', ...visitor];
		const { stdout } = await run(command, rest, { cwd: '/', env: { PATH: searchPath() }, timeout: 20_000 });
		return JSON.parse(stdout) as Record<string, unknown>;
	};

	before(async () => {
		// Other users must be able to read it, wherever the clone is.
		folder = await mkdtemp(join(tmpdir(), 'gatecrash-test-'));
		await chmod(folder, 0o755);
		await copyFile(probeAgent, join(folder, 'probe-agent.mjs'));
		await build({
			...{ bundle: true, platform: 'node', format: 'esm', target: 'node20', logLevel: 'error' },
			entryPoints: [fileURLToPath(new URL('visitor.ts', import.meta.url))],
			outfile: join(folder, 'visitor.mjs'),
			// yaml and zod find their way in through the model of a cluster; they use require.
			banner: { js: "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);" },
		});
	});
	after(() => rm(folder, { recursive: true }));

	it('are fulfilled for an ordinary user', async () => {
		// As root we become nobody, as anybody else we are ordinary already. Node itself has to be readable for nobody.
		const prefix = process.getuid?.() === 0 ? ['setpriv', '--reuid=65534', '--regid=65534', '--clear-groups'] : ['env'];
		expect(await visit(prefix, '')).to.deep.equal({ ...works, user: process.getuid?.() || 65_534 });
	});

	it('are fulfilled for root where user namespaces are forbidden', async () => {
		const forbidden = 'echo 0 > /proc/sys/user/max_user_namespaces';
		expect(await visit(['unshare', '-Urm'], forbidden)).to.deep.equal({ ...works, user: 0 });
	});

	it('are not fulfilled for an ordinary user where user namespaces are forbidden: one sentence says what to set', async () => {
		const prefix = ['unshare', '-Um', '--map-user=1000', '--map-group=1000', '--keep-caps'];
		const seen = await visit(prefix, 'echo 0 > /proc/sys/user/max_user_namespaces');
		expect(seen).to.deep.include({ code: 'GC_NOT_PERMITTED', failing: ['namespaces'] });
		expect(seen.hint).to.equal('Allow user namespaces, as root: sysctl -w user.max_user_namespaces=10000');
	});

	it('name a missing tool with its package', async () => {
		const seen = await visit(['unshare', '-Urm'], `mount --bind /dev/null ${findTool('nft')}`);
		expect(seen).to.deep.include({ code: 'GC_TOOL_MISSING', failing: ['nft'] });
		expect(seen.hint)
			.to.equal(installHint(['nft']))
			.and.to.match(/nftables/);
	});

	it('are found whatever PATH says', () => {
		expect(findTool('nft', '')).to.match(/\/nft$/);
		expect(findTool('no-such-tool')).to.equal(undefined);
	});
});

describe('scripts/setup.sh', () => {
	const setup = fileURLToPath(new URL('../../scripts/setup.sh', import.meta.url));

	it('ends with 3 and one sentence when a tool is missing that it can not install', async () => {
		// An ordinary user without sudo, from whom nft is hidden.
		const script = `mount --bind /dev/null ${findTool('nft')}; exec setpriv --bounding-set=-all --inh-caps=-all bash ${setup}`;
		const command = ['-Um', '--map-user=1000', '--map-group=1000', '--keep-caps', 'sh', '-c', script];
		const failure = await run('unshare', command, { env: { PATH: searchPath() } }).catch((error) => error);
		expect([failure.code, failure.stdout]).to.deep.equal([3, '']);
		expect(failure.stderr.trim().split('\n')).to.have.length(1);
		expect(failure.stderr).to.match(/missing nft; install them as root: .*nftables/);
	});
});
