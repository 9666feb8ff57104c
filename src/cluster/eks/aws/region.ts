import { GatecrashError } from '../../../model/gatecrash-error.ts';

/**
 * What was asked for, else what AWS's own tools would use (AWS_REGION, AWS_DEFAULT_REGION, the profile), else `fallback`.
 * @throws GatecrashError GC_USAGE where nothing says one.
 */
export async function chooseRegion(asked: string | undefined, fallback: string | undefined): Promise<string> {
	const region =
		asked ?? process.env['AWS_REGION'] ?? process.env['AWS_DEFAULT_REGION'] ?? (await ofProfile()) ?? fallback;
	if (region !== undefined && /^[a-z]{2}(-[a-z]+)+-\d$/.test(region)) return region;
	throw new GatecrashError(
		'GC_USAGE',
		region === undefined ? 'No AWS region is chosen.' : `"${region}" is no AWS region.`,
		{ hint: 'Give one, as --region eu-west-1, or set AWS_REGION.' },
	);
}

/** The SDK's own reading of ~/.aws/config. */
async function ofProfile(): Promise<string | undefined> {
	const { STSClient } = await import('@aws-sdk/client-sts');
	const client = new STSClient({});
	return client.config
		.region()
		.catch(() => undefined)
		.finally(() => client.destroy());
}
