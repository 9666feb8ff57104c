import { checkEksTools } from '../cluster/eks/doctor.ts';
import { checkKindPreconditions } from '../cluster/kind/preconditions.ts';
import { type Precondition, checkPreconditions } from '../cluster/netns/preconditions.ts';
import { paint } from '../report/paint.ts';
import type { Action } from './actions.ts';

export const doctor: Action<'doctor'> = async (context, _args, flags) => {
	const [embedded, kind, eks] = await Promise.all([
		checkPreconditions(),
		checkKindPreconditions(context.env.GATECRASH_NODE_IMAGE),
		checkEksTools(),
	]);
	const checks: Precondition[] = [nodeVersion(), ...embedded, ...kind, ...eks];
	const failed = checks.some((check) => check.status === 'fail');
	if (flags.json) {
		context.stdout(`${JSON.stringify({ schemaVersion: 1, ok: !failed, checks }, null, 2)}\n`);
		return failed ? 3 : 0;
	}
	const tones = {
		ok: paint(context.colour.stdout, 'green'),
		warn: paint(context.colour.stdout, 'yellow'),
		fail: paint(context.colour.stdout, 'bold', 'red'),
	};
	const width = Math.max(...checks.map((check) => check.name.length));
	for (const { name, status, detail, fix } of checks) {
		context.stdout(`${tones[status](status.padEnd(4))}  ${name.padEnd(width)}  ${detail}\n`);
		if (fix !== undefined && status !== 'ok') context.stdout(`${' '.repeat(width + 8)}fix: ${fix}\n`);
	}
	context.stdout(
		failed ? '\nThe embedded cluster cannot run here as it is.\n' : '\nThe embedded cluster can run here.\n',
	);
	return failed ? 3 : 0;
};

function nodeVersion(): Precondition {
	const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
	const enough = major > 20 || (major === 20 && minor >= 19);
	return {
		name: 'node',
		status: enough ? 'ok' : 'fail',
		detail: process.version,
		...(!enough && { fix: 'install Node 20.19 or newer' }),
	};
}
