import { readdirSync, readFileSync } from 'node:fs';

/** Hundredths of a second, as the kernel tells them (proc(5), /proc/PID/stat). */
const tick = 0.01;

/** Resident memory at one moment, MiB. */
export interface Sample {
	/** Seconds since the beginning. */
	at: number;
	runner: number;
	/** Of agents that are there all the time, by the names of their endpoints. */
	agents: Record<string, number>;
	/** How many agents there are in all. */
	count: number;
}

/** `lasting`: endpoints that are there all the time. */
export function sampleMemory(runner: number, run: string, lasting: readonly string[], at: number): Sample {
	const all = agentsOf(run);
	const agents = all.filter(({ endpoint }) => lasting.includes(endpoint));
	return {
		at,
		runner: residentOf(runner),
		agents: Object.fromEntries(agents.map(({ endpoint, pid }) => [endpoint, residentOf(pid)])),
		count: all.length,
	};
}

/** Processor time of a process and of everything below it that was there at some reading. */
export class ProcessorTime {
	readonly #root: number;
	readonly #seconds = new Map<number, number>();

	constructor(root: number) {
		this.#root = root;
	}

	/** Returns seconds so far; what began and ended between two readings is missing, except below a shell, which sums it up. */
	read(): number {
		const all = new Map(allProcesses().map((one) => [one.pid, one]));
		for (const { pid, name, own, ended } of all.values()) {
			if (isBelow(pid, this.#root, all)) this.#seconds.set(pid, own + (name === 'sh' ? ended : 0));
		}
		return [...this.#seconds.values()].reduce((sum, seconds) => sum + seconds, 0);
	}
}

interface Process {
	pid: number;
	parent: number;
	name: string;
	/** Its own processor time, and that of its children that have ended. */
	own: number;
	ended: number;
}

function allProcesses(): Process[] {
	return readdirSync('/proc').flatMap((name) => {
		if (!/^\d+$/.test(name)) return [];
		try {
			const stat = readFileSync(`/proc/${name}/stat`, 'utf8');
			const fields = stat
				.slice(stat.lastIndexOf(')') + 2)
				.split(' ')
				.map(Number);
			const [, parent = 0] = fields;
			const [user = 0, system = 0, endedUser = 0, endedSystem = 0] = fields.slice(11, 15);
			const comm = stat.slice(stat.indexOf('(') + 1, stat.lastIndexOf(')'));
			return [
				{ pid: Number(name), parent, name: comm, own: (user + system) * tick, ended: (endedUser + endedSystem) * tick },
			];
		} catch {
			// It ended meanwhile.
			return [];
		}
	});
}

function isBelow(pid: number, root: number, all: ReadonlyMap<number, Process>): boolean {
	for (let at: number | undefined = pid; at !== undefined && at > 1; at = all.get(at)?.parent)
		if (at === root) return true;
	return false;
}

function agentsOf(run: string): { pid: number; endpoint: string }[] {
	return readdirSync('/proc').flatMap((name) => {
		if (!/^\d+$/.test(name)) return [];
		try {
			const environment = readFileSync(`/proc/${name}/environ`, 'utf8');
			// Whoever starts it has the same environment.
			if (readFileSync(`/proc/${name}/comm`, 'utf8').trim() !== 'node') return [];
			if (!environment.includes(`"run":"${run}"`)) return [];
			const endpoint = /"endpoint":"([^"]+)"/.exec(environment)?.[1];
			return endpoint === undefined ? [] : [{ pid: Number(name), endpoint }];
		} catch {
			// It ended meanwhile, or is not ours to read.
			return [];
		}
	});
}

function residentOf(pid: number): number {
	try {
		return Number(/^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0) / 1024;
	} catch {
		return 0;
	}
}

/** Of one process, quarter by quarter of the time: the medians, MiB, and whether the last is not above the second by more than a tenth. */
interface Course {
	quarters: number[];
	flat: boolean;
}

/** The first quarter is left out of the comparison: programs warm up. `most`: how far it may rise besides, MiB. */
export function courseOf(values: readonly number[], most = 4): Course {
	const quarters = Array.from({ length: 4 }, (_, quarter) => {
		const part = values.slice((values.length * quarter) / 4, (values.length * (quarter + 1)) / 4);
		return part.toSorted((a, b) => a - b)[Math.floor(part.length / 2)] ?? Number.NaN;
	});
	const [, second = Number.NaN, , last = Number.NaN] = quarters;
	return { quarters, flat: last <= second * 1.1 + most };
}
