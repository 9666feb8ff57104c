import { execFile } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { promisify } from 'node:util';
import { GatecrashError } from '../../model/gatecrash-error.ts';
import { inotifyFix, inotifyLimit } from './envoy/envoy-complaint.ts';
import { envoyHint, findEnvoy, readEnvoyVersion } from './envoy/envoy-binary.ts';
import { findTool, installHint, perlHint, requiredTools, requireTools, searchPath, type Tool } from './tools.ts';

/** One line of `gatecrash doctor`. */
export interface Precondition {
	name: string;
	status: 'ok' | 'warn' | 'fail';
	detail: string;
	/** What to do about it, one sentence. */
	fix?: string;
}

/** How fabrics can be made here. */
export interface Permission {
	userNamespace: boolean;
	nftVersion: string;
	/** The kernel shows conntrack's loss counters (CONFIG_NF_CONNTRACK_PROCFS). */
	lossCounters: boolean;
}

export const noLossCounters = 'This kernel shows no conntrack counters: packets lost there would go unnoticed.';

/** Below this many connections the kernel may drop new ones in a large scenario. */
const wantedConntrack = 65_536;

/**
 * Finds out, by doing it once, whether a fabric can be made: in a user namespace, or without one as root.
 * Takes some 30 ms. @throws GatecrashError GC_TOOL_MISSING or GC_NOT_PERMITTED, each with the fix as its hint.
 */
export async function findPermission(): Promise<Permission> {
	if (process.platform !== 'linux') {
		throw new GatecrashError('GC_NOT_PERMITTED', 'The embedded cluster needs Linux.', {
			hint: 'Run gatecrash on Linux, or choose another cluster with --cluster.',
		});
	}
	requireTools();
	const [nftVersion, inUserNamespace] = await Promise.all([readNftVersion(), tryOut(true)]);
	if (inUserNamespace.works) return { userNamespace: true, nftVersion, lossCounters: inUserNamespace.lossCounters };
	if (process.getuid?.() === 0) {
		const asRoot = await tryOut(false);
		if (asRoot.works) return { userNamespace: false, nftVersion, lossCounters: asRoot.lossCounters };
	}
	throw new GatecrashError('GC_NOT_PERMITTED', `No network namespaces can be made here: ${inUserNamespace.complaint}`, {
		hint: permissionHint(),
	});
}

/** Everything the embedded cluster needs, one by one; never rejects. */
export async function checkPreconditions(): Promise<Precondition[]> {
	const checks: Precondition[] = (Object.keys(requiredTools) as Tool[]).map((tool) => {
		const file = findTool(tool);
		return file === undefined
			? { name: tool, status: 'fail', detail: 'not found', fix: installHint([tool]) }
			: { name: tool, status: 'ok', detail: file };
	});
	if (checks.every(({ status }) => status === 'ok')) checks.push(await checkPermission());
	checks.push(checkIpv6(), checkConntrack(), checkInotify(), await checkEnvoy(), checkPerl());
	return checks;
}

async function checkPermission(): Promise<Precondition> {
	const name = 'namespaces';
	try {
		const { userNamespace, nftVersion, lossCounters } = await findPermission();
		const how = userNamespace ? 'in a user namespace, no rights needed' : 'as root, without a user namespace';
		if (!lossCounters) return { name, status: 'warn', detail: noLossCounters };
		return { name, status: 'ok', detail: `network namespaces with nftables ${nftVersion}, ${how}` };
	} catch (error) {
		if (!(error instanceof GatecrashError)) throw error;
		return { name, status: 'fail', detail: error.message, ...(error.hint !== undefined && { fix: error.hint }) };
	}
}

async function checkEnvoy(): Promise<Precondition> {
	const name = 'envoy';
	const file = findEnvoy();
	if (file === undefined) {
		return { name, status: 'warn', detail: 'not found: scenarios of a mesh are skipped', fix: envoyHint };
	}
	try {
		return { name, status: 'ok', detail: `${file}, version ${await readEnvoyVersion(file)}` };
	} catch (error) {
		if (!(error instanceof GatecrashError)) throw error;
		return { name, status: 'warn', detail: error.message, fix: envoyHint };
	}
}

function checkPerl(): Precondition {
	const file = findTool('perl');
	if (file !== undefined) return { name: 'perl', status: 'ok', detail: file };
	return {
		name: 'perl',
		status: 'warn',
		detail: 'not found: nothing shows what can be read on the wire',
		fix: perlHint,
	};
}

function checkIpv6(): Precondition {
	return existsSync('/proc/net/if_inet6')
		? { name: 'ipv6', status: 'ok', detail: 'the kernel has IPv6' }
		: {
				name: 'ipv6',
				status: 'warn',
				detail: 'the kernel has no IPv6: scenarios are judged for IPv4 only',
				fix: 'Start the kernel without ipv6.disable=1.',
			};
}

function checkConntrack(): Precondition {
	const name = 'conntrack';
	const limit = readSysctl('net/netfilter/nf_conntrack_max');
	if (limit === undefined) return { name, status: 'ok', detail: 'limit not readable before the first cluster' };
	if (Number(limit) >= wantedConntrack) return { name, status: 'ok', detail: `up to ${limit} connections` };
	return {
		name,
		status: 'warn',
		detail: `only ${limit} connections: large scenarios may become inconclusive`,
		fix: `As root: sysctl -w net.netfilter.nf_conntrack_max=${wantedConntrack}`,
	};
}

function checkInotify(): Precondition {
	const name = 'inotify';
	const limit = readSysctl(inotifyLimit.sysctl);
	if (limit === undefined) return { name, status: 'ok', detail: 'limit not readable' };
	if (Number(limit) >= inotifyLimit.enough) return { name, status: 'ok', detail: `${limit} instances for each user` };
	return {
		name,
		status: 'warn',
		detail: `only ${limit} instances for each user: many meshed pods beside a kind cluster may need more`,
		fix: inotifyFix,
	};
}

/** What every fabric needs of the kernel, in one go; the last line is the capability drop of the agents. */
const trial = `set -e
mount -t tmpfs tmpfs /run
mkdir /run/netns
ip netns add trial
ip link add trial type veth peer name eth0 netns trial
nft -f - <<'END'
table inet trial {
	set s { type ipv4_addr; flags interval; elements = { 192.0.2.0/24 }; }
	chain nat { type nat hook prerouting priority dstnat; tcp dport 80 dnat ip to 192.0.2.1:80; }
	chain forward { type filter hook forward priority filter; ct state established accept; ip saddr @s reject; }
}
END
setpriv --pdeathsig KILL --bounding-set=-all --inh-caps=-all --no-new-privs true
[ ! -e /proc/net/stat/nf_conntrack ] || echo counters
`;

type Trial = { works: true; lossCounters: boolean } | { works: false; complaint: string };

async function tryOut(userNamespace: boolean): Promise<Trial> {
	const flags = `-${userNamespace ? 'Ur' : ''}nmpf`;
	const command = ['--pdeathsig', 'KILL', 'unshare', flags, '--kill-child', '--mount-proc', 'sh', '-c', trial];
	try {
		const { stdout } = await promisify(execFile)('setpriv', command, {
			env: { PATH: searchPath(), LC_ALL: 'C' },
			cwd: '/',
			timeout: 10_000,
		});
		return { works: true, lossCounters: stdout.includes('counters') };
	} catch (error) {
		const said = error instanceof Error && 'stderr' in error ? String(error.stderr).trim() : '';
		return { works: false, complaint: said || String(error) };
	}
}

async function readNftVersion(): Promise<string> {
	const { stdout } = await promisify(execFile)('nft', ['--version'], { env: { PATH: searchPath(), LC_ALL: 'C' } });
	return /v(\d[\w.]*)/.exec(stdout)?.[1] ?? 'unknown';
}

function permissionHint(): string {
	if (readSysctl('kernel/unprivileged_userns_clone') === '0') {
		return 'Allow user namespaces, as root: sysctl -w kernel.unprivileged_userns_clone=1';
	}
	if (readSysctl('kernel/apparmor_restrict_unprivileged_userns') === '1') {
		return 'Allow user namespaces, as root: sysctl -w kernel.apparmor_restrict_unprivileged_userns=0';
	}
	if (readSysctl('user/max_user_namespaces') === '0') {
		return 'Allow user namespaces, as root: sysctl -w user.max_user_namespaces=10000';
	}
	return 'In a container, give it the right to make namespaces (docker run --privileged); else run gatecrash as root.';
}

function readSysctl(name: string): string | undefined {
	try {
		return readFileSync(`/proc/sys/${name}`, 'utf8').trim();
	} catch {
		return undefined;
	}
}
