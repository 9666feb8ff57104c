import { release } from 'node:os';
import type { Action } from './actions.ts';

export const version: Action<'version'> = async (context, _args, flags) => {
	const versions = { gatecrash: context.version, node: process.version, kernel: release() };
	context.stdout(
		flags.json
			? `${JSON.stringify(versions)}\n`
			: `gatecrash ${versions.gatecrash} (Node ${versions.node}, kernel ${versions.kernel})\n`,
	);
	return 0;
};
