import { readdirSync, readFileSync } from 'node:fs';

/** Process ids of the agents of a run, by endpoint name: only processes that this run started. */
export function agentPids(run: string, endpoint: string): number[] {
	return readdirSync('/proc')
		.filter((name) => /^\d+$/.test(name))
		.map(Number)
		.filter((pid) => isAgent(pid, run, endpoint));
}

function isAgent(pid: number, run: string, endpoint: string): boolean {
	try {
		const name = readFileSync(`/proc/${pid}/comm`, 'utf8').trim();
		const environment = readFileSync(`/proc/${pid}/environ`, 'utf8');
		return (
			name === 'node' && environment.includes(`"run":"${run}"`) && environment.includes(`"endpoint":"${endpoint}"`)
		);
	} catch {
		// It ended meanwhile, or is not ours to read.
		return false;
	}
}
