import { GatecrashError } from '../../model/gatecrash-error.ts';
import type { ClusterDefinition } from '../cluster-definition.ts';
import { mirrorImages } from './mirror.ts';

export interface Images {
	/** Undefined: kind's own default. */
	node: string | undefined;
	agent: string;
}

/** What was asked for, over what the mirror says, over the definition. @throws GatecrashError GC_USAGE. */
export async function chooseImages(
	{ metadata, spec }: ClusterDefinition,
	given: { node?: string; agent?: string } = {},
	mirror: string | undefined,
): Promise<Images> {
	const mirrored = await mirrorImages(mirror);
	const agent = given.agent ?? mirrored.agent ?? spec.agentImage;
	if (agent === undefined) {
		throw new GatecrashError('GC_USAGE', `Cluster ${metadata.name} says no image for probe pods.`, {
			hint: 'Give one that has Node.js: --agent-image IMAGE, or agentImage in its definition.',
		});
	}
	return { node: given.node ?? mirrored.node ?? spec.image, agent };
}
