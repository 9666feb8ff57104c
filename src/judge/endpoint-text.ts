/** The same spelling as in scenario files and case ids. */
export function endpointText({ kind, name, backend }: { kind: string; name: string; backend?: string }): string {
	if (kind === 'pod') return name;
	if (kind === 'clusterDns') return name === '' ? 'cluster' : `cluster/${name}`;
	if (kind === 'service') return `svc/${name}${backend === undefined ? '' : `/${backend}`}`;
	return name === '' ? kind : `${kind}/${name}`;
}
