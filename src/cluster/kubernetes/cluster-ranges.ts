import { parseDocument } from 'yaml';
import { isIPv4, isIPv6 } from 'node:net';
import type { IpFamily } from '../../model/address.ts';
import { GatecrashError } from '../../model/gatecrash-error.ts';
import type { ClusterRange } from '../../model/reference.ts';
import type { KubeClient } from '../../kube/kube-client.ts';
import type { KubeObject } from '../../kube/kube-object.ts';

type Ranges = Partial<Record<ClusterRange, string>>;

/** Of an address or a range. */
export function familyOf(text: string): IpFamily | undefined {
	const address = text.split('/')[0] ?? '';
	if (isIPv4(address)) return 'ipv4';
	return isIPv6(address) ? 'ipv6' : undefined;
}

/**
 * Address ranges of pods and Services, as far as the cluster says and we may read: kubeadm's own record, then
 * ServiceCIDR objects (Kubernetes 1.33), then the pools of Calico. A range that is not known makes scenarios that refer to it fail.
 */
export async function readRanges(client: KubeClient, known: Ranges, signal: AbortSignal | undefined): Promise<Ranges> {
	const sources = [kubeadmRanges, serviceCidrs, calicoPools];
	const found = await Promise.all(sources.map((source) => source(client, signal).catch(nothingIfRefused)));
	return Object.assign({}, ...found.reverse(), known) as Ranges;
}

async function kubeadmRanges(client: KubeClient, signal: AbortSignal | undefined): Promise<Ranges> {
	const ref = { apiVersion: 'v1', kind: 'ConfigMap', namespace: 'kube-system', name: 'kubeadm-config' };
	const map = await client.get<KubeObject & { data?: Record<string, string> }>(ref, { signal });
	const configuration = parseDocument(map?.data?.['ClusterConfiguration'] ?? '').toJS() as {
		networking?: { podSubnet?: string; serviceSubnet?: string };
	} | null;
	const { podSubnet = '', serviceSubnet = '' } = configuration?.networking ?? {};
	return { ...rangesOf('podCIDR', podSubnet.split(',')), ...rangesOf('serviceCIDR', serviceSubnet.split(',')) };
}

async function serviceCidrs(client: KubeClient, signal: AbortSignal | undefined): Promise<Ranges> {
	const resource = { apiVersion: 'networking.k8s.io/v1', kind: 'ServiceCIDR' };
	if (!(await client.serves(resource))) return {};
	const objects = await client.list<KubeObject & { spec?: { cidrs?: string[] } }>(resource, {}, { signal });
	const first = objects.find(({ metadata }) => metadata.name === 'kubernetes');
	return rangesOf('serviceCIDR', first?.spec?.cidrs ?? []);
}

async function calicoPools(client: KubeClient, signal: AbortSignal | undefined): Promise<Ranges> {
	const resource = { apiVersion: 'crd.projectcalico.org/v1', kind: 'IPPool' };
	if (!(await client.serves(resource))) return {};
	const pools = await client.list<KubeObject & { spec?: { cidr?: string; disabled?: boolean } }>(
		resource,
		{},
		{ signal },
	);
	const cidrs = pools.flatMap(({ spec }) => (spec?.disabled === true ? [] : (spec?.cidr ?? [])));
	// With several pools of a family no single range is that of the pods.
	return rangesOf(
		'podCIDR',
		cidrs.filter((one) => cidrs.filter((two) => familyOf(one) === familyOf(two)).length === 1),
	);
}

function rangesOf(kind: 'podCIDR' | 'serviceCIDR', cidrs: string[]): Ranges {
	const ranges: Ranges = {};
	for (const cidr of cidrs.map((text) => text.trim())) {
		const family = familyOf(cidr);
		if (family === 'ipv4') ranges[`${kind}v4`] ??= cidr;
		if (family === 'ipv6') ranges[`${kind}v6`] ??= cidr;
	}
	return ranges;
}

/** Ranges are a convenience: whatever can't be read is left out. */
function nothingIfRefused(error: unknown): Ranges {
	if (error instanceof GatecrashError) return {};
	throw error;
}
