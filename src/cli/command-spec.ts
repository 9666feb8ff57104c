import type { Flags } from './flag.ts';

/** One command, as data. */
export interface CommandSpec {
	summary: string;
	/** `PATHS`, `RUN`, ...; `many` takes any number. */
	argument?: {
		name: string;
		required: boolean;
		many: boolean;
		help: string;
		/** What it may begin with, where that is known. */
		words?: readonly string[];
		/** Required arguments that come before it, and what they are. */
		before?: Record<string, string>;
	};
	flags: Flags;
	examples: string[];
}
