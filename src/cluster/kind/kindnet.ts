import { GatecrashError } from '../../model/gatecrash-error.ts';
import type { ClusterDefinition } from '../cluster-definition.ts';
import { command } from './command.ts';

/** kindnet hands packets to its policy engine through this. */
const queueRule = 'table inet gatecrash { chain c { type filter hook forward priority 0; queue num 100 bypass; }; }\n';
/** Exit code of the trial: this, and one bit for each thing that is missing. */
const [missing, manifestBit, queueBit] = [64, 1, 2];

/**
 * Why kind's own network plugin can't run here with this node image, as a sentence; undefined: it can. Tried in a
 * container without a network. Rejects with GatecrashError when Docker can't run it.
 */
export async function whyNoKindnet(nodeImage: string, signal?: AbortSignal): Promise<string | undefined> {
	const script = `code=0
test -s /kind/manifests/default-cni.yaml || code=$((code | ${manifestBit}))
nft -f - || code=$((code | ${queueBit}))
test $code = 0 || exit $((code | ${missing}))`;
	const args = ['run', '--rm', '--interactive', '--network', 'none', '--cap-add', 'NET_ADMIN', '--entrypoint', 'sh'];
	try {
		await command('docker', [...args, nodeImage, '-c', script], {
			input: queueRule,
			timeout: 300_000,
			...(signal && { signal }),
		});
		return undefined;
	} catch (error) {
		const code = exitCodeOf(error) ?? 0;
		if ((code & ~(manifestBit | queueBit)) !== missing) throw error;
		return [
			...((code & manifestBit) === 0 ? [] : [`kindnet is not in the node image ${nodeImage}`]),
			...((code & queueBit) === 0 ? [] : ['nftables has no queue here, through which kindnet enforces policies']),
		].join(', and ');
	}
}

/** @throws GatecrashError GC_CLUSTER when the definition relies on kindnet, and that can't run here. */
export async function refuseKindnet(
	{ metadata, spec }: ClusterDefinition,
	nodeImage: string,
	signal: AbortSignal,
): Promise<void> {
	const networking = spec.config['networking'] as { disableDefaultCNI?: boolean } | undefined;
	if (networking?.disableDefaultCNI === true) return;
	const reason = await whyNoKindnet(nodeImage, signal);
	if (reason === undefined) return;
	throw new GatecrashError('GC_CLUSTER', `The cluster ${metadata.name} can't run here: ${reason}.`, {
		hint: 'Use a definition with another engine, for example kind-calico.',
	});
}

function exitCodeOf(error: unknown): number | undefined {
	const cause = error instanceof Error ? error.cause : undefined;
	return typeof cause === 'object' && cause !== null && 'exitCode' in cause ? (cause.exitCode as number) : undefined;
}
