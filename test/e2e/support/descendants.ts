import { existsSync, readdirSync, readFileSync } from 'node:fs';

/** Ids of all processes below one, as the kernel tells them now. */
export function descendantsOf(root: number): number[] {
	const parents = new Map(
		readdirSync('/proc').flatMap((name): [number, number][] => {
			const parent = /^\d+$/.test(name) ? parentOf(name) : undefined;
			return parent === undefined ? [] : [[Number(name), parent]];
		}),
	);
	const isBelow = (pid: number | undefined): boolean =>
		pid !== undefined && pid > 1 && (pid === root || isBelow(parents.get(pid)));
	return [...parents.keys()].filter((pid) => pid !== root && isBelow(pid));
}

export function isRunning(pid: number): boolean {
	return existsSync(`/proc/${pid}`) && !/^State:\s+Z/m.test(readOr(`/proc/${pid}/status`));
}

function parentOf(pid: string): number | undefined {
	const parent = /^PPid:\s+(\d+)$/m.exec(readOr(`/proc/${pid}/status`))?.[1];
	return parent === undefined ? undefined : Number(parent);
}

/** Empty where it ended meanwhile. */
function readOr(file: string): string {
	try {
		return readFileSync(file, 'utf8');
	} catch {
		return '';
	}
}
