import { GatecrashError } from '../../model/gatecrash-error.ts';
import { findTool } from '../netns/tools.ts';
import type { Precondition } from '../netns/preconditions.ts';
import { eksctlVersion } from './eksctl.ts';

/**
 * The programs that clusters of EKS need; never rejects, and asks nobody: whether an account has room is looked at when a
 * cluster is wanted. Warnings only, because no other cluster needs them.
 */
export async function checkEksTools(): Promise<Precondition[]> {
	const eksctl = await eksctlVersion().then(
		(version): Precondition => ({ name: 'eksctl', status: 'ok', detail: version.trim() }),
		(error: unknown): Precondition => {
			const { message, hint } =
				error instanceof GatecrashError ? error : new GatecrashError('GC_CLUSTER', String(error));
			const detail = `${message.split('\n')[0] ?? ''} (clusters of EKS only)`;
			return { name: 'eksctl', status: 'warn', detail, ...(hint !== undefined && { fix: hint }) };
		},
	);
	const authenticator = findTool('aws') ?? findTool('aws-iam-authenticator');
	const aws: Precondition =
		authenticator === undefined
			? {
					...{ name: 'aws', status: 'warn', detail: 'the AWS CLI is not installed (clusters of EKS only)' },
					fix: 'Install the AWS CLI (https://aws.amazon.com/cli), or aws-iam-authenticator.',
				}
			: { name: 'aws', status: 'ok', detail: authenticator };
	return [eksctl, aws];
}
