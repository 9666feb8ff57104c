/** Enough to tell later whether a process still lives, also when its number was given out again. */
export interface ProcessMark {
	host: string;
	pid: number;
	/** Changes with every boot of the machine; undefined where the system does not say. */
	boot?: string | undefined;
	/** Clock ticks from boot to the process's start (proc(5), stat, field 22). */
	started?: string | undefined;
}
