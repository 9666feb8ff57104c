import { GatecrashError } from '../../../model/gatecrash-error.ts';

/** Gives credentials, again when they are about to expire. */
export type Credentials = () => Promise<{
	accessKeyId: string;
	secretAccessKey: string;
	sessionToken?: string;
	expiration?: Date;
}>;

/**
 * The credentials that AWS's own tools would find: environment, profiles (SSO and assumed roles among them), web
 * identity, a container's role. Not the role of an EC2 instance, unless AWS_EC2_METADATA_DISABLED is set to false: asking
 * for it takes seconds where there is no instance, and is a call to an address that nobody named. eksctl, which we
 * start, inherits that.
 * @throws GatecrashError GC_NOT_PERMITTED where there are none; AWS was not asked for anything then.
 */
export async function findCredentials(wantedBy: string): Promise<Credentials> {
	process.env['AWS_EC2_METADATA_DISABLED'] ??= 'true';
	// The SDK's advice about Node is for us, who bundle it, and not for whoever runs this.
	process.env['AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED'] ??= 'true';
	const { defaultProvider } = await import('@aws-sdk/credential-provider-node');
	const credentials = defaultProvider();
	try {
		await credentials();
		return credentials;
	} catch (cause) {
		const profile = process.env['AWS_PROFILE'];
		const reason = profile === undefined ? '' : ` by the profile ${profile} (${firstLine(cause)})`;
		throw new GatecrashError(
			'GC_NOT_PERMITTED',
			`There are no AWS credentials${reason}, which ${wantedBy} needs: nothing was asked of AWS, and nothing was made.`,
			{
				hint: 'Set AWS_PROFILE, or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY; for the role of an EC2 instance AWS_EC2_METADATA_DISABLED=false (docs/eks.md).',
			},
		);
	}
}

function firstLine(error: unknown): string {
	return (error instanceof Error ? error.message : String(error)).split('\n')[0] ?? '';
}
