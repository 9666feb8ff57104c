import { z } from 'zod';
import { GatecrashError } from '../../../model/gatecrash-error.ts';
import type { KubernetesObject } from '../../../model/policy.ts';
import type { Labels } from '../label-selector.ts';
import { readSpec, titleOf, workloadSelector } from './mesh-object.ts';

/** What a sidecar takes from whoever connects: both, TLS with an accepted certificate only, or no TLS. */
export type MtlsMode = 'PERMISSIVE' | 'STRICT' | 'DISABLE';

/** What a workload's sidecar does: on the ports that are named, and on all others. */
export interface MtlsModes {
	others: MtlsMode;
	ports: ReadonlyMap<number, MtlsMode>;
}

/** Undefined: UNSET, which is what the next wider scope says. */
type Setting = MtlsMode | undefined;

/** A PeerAuthentication of security.istio.io as it was written. */
export interface PeerAuthentication {
	name: string;
	namespace: string;
	/** Undefined: no selector, or an empty one: the whole namespace, in the root namespace the whole mesh. */
	selector: Labels | undefined;
	mode: Setting;
	/** By container port. */
	ports: Map<number, Setting>;
}

const mtls = z.strictObject({ mode: z.enum(['UNSET', 'DISABLE', 'PERMISSIVE', 'STRICT']).nullish() });

const spec = z.strictObject({
	selector: workloadSelector.nullish(),
	mtls: mtls.nullish(),
	portLevelMtls: z.record(z.string().regex(/^[1-9]\d{0,4}$/), mtls).nullish(),
});

/** @throws GatecrashError GC_CLUSTER for what Istio's API server would refuse. */
export function readPeerAuthentication(object: KubernetesObject): PeerAuthentication {
	const { selector, mtls: whole, portLevelMtls } = readSpec(object, spec);
	const labels = selector?.matchLabels ?? {};
	const selects = Object.keys(labels).length > 0;
	if (portLevelMtls && !selects) {
		throw new GatecrashError('GC_CLUSTER', `${titleOf(object)} is not valid: portLevelMtls needs a selector.`);
	}
	return {
		name: object.metadata.name,
		namespace: object.metadata.namespace ?? 'default',
		selector: selects ? labels : undefined,
		mode: settingOf(whole),
		ports: new Map(Object.entries(portLevelMtls ?? {}).map(([port, one]) => [Number(port), settingOf(one)])),
	};
}

function settingOf(written: z.infer<typeof mtls> | null | undefined): Setting {
	const mode = written?.mode ?? 'UNSET';
	return mode === 'UNSET' ? undefined : mode;
}
