import { z } from 'zod';
import { durationPattern, ratePattern } from './duration.ts';

/** Words that mean something else where a pod's name may stand. */
export const reservedPodNames = ['all', 'apiserver', 'metadata', 'kubelet', 'cluster'] as const;

const label = '[a-z0-9](?:[-a-z0-9]{0,61}[a-z0-9])?';

export const dnsLabelPattern = new RegExp(`^${label}$`);
/** As the API server has it: 253 characters in all; unlike a DNS label, a part between dots may be longer than 63. */
const part = '[a-z0-9](?:[-a-z0-9]*[a-z0-9])?';
export const subdomainPattern = new RegExp(`^(?=.{1,253}$)${part}(?:\\.${part})*$`);
/** https://kubernetes.io/docs/concepts/overview/working-with-objects/labels/#syntax-and-character-set */
export const labelKeyPattern =
	/^(?:(?=.{1,253}\/)[a-z0-9](?:[-a-z0-9]*[a-z0-9])?(?:\.[a-z0-9](?:[-a-z0-9]*[a-z0-9])?)*\/)?[A-Za-z0-9](?:[-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?$/;
export const labelValuePattern = /^(?:[A-Za-z0-9](?:[-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?)?$/;
/** An IANA service name (RFC 6335): at most 15 characters, one of them a letter. */
export const portNamePattern = /^(?=.{1,15}$)(?=.*[a-z])(?!.*--)[a-z0-9](?:[-a-z0-9]*[a-z0-9])?$/;
/** Nodes have symbolic names, given to real ones by the cluster. */
export const nodePattern = /^[a-z]$/;

const name = label;
const port = '(?:[1-9][0-9]{0,4}|[a-z0-9][-a-z0-9]{0,14})';
const portOf = `:${port}(?:/(?:tcp|udp|sctp))?`;
/** Of these the metadata service of a cloud has several. */
export const metadataNames = ['dns', 'pod-identity'] as const;
const metadata = `metadata(?:/(?:${metadataNames.join('|')}))?(?:${portOf})?`;
export const targetPattern = new RegExp(
	`^(?:apiserver|kubelet|${metadata}|(?:(?:svc|nodePort|loadBalancer|external)/)?${name}(?:${portOf})?|node/[a-z](?:${portOf})?)$`,
);
export const viaPattern = new RegExp(`^cluster(?:/(?:pod|node-local))?(?:${portOf})?$|${targetPattern.source}`);
export const sourcePattern = new RegExp(`^(?:all|(?:external/)?${name}|node/[a-z])$`);
export const portPattern = new RegExp(`^${port}(?:/(?:tcp|udp|sctp))?$`);

export const dnsLabel = z.string().regex(dnsLabelPattern, 'a DNS label: lower-case letters, digits and -, at most 63');
export const subdomain = z.string().regex(subdomainPattern, 'a DNS name: lower-case letters, digits, - and dots');
export const node = z.string().regex(nodePattern, 'a symbolic node name: one letter, a, b, c, ...');
export const duration = z.string().regex(durationPattern, 'a duration such as 30s, 500ms or 1m30s');
export const rate = z.string().regex(ratePattern, 'a rate such as 20/s');
export const portName = z.string().regex(portNamePattern, 'a port name: at most 15 lower-case letters, digits and -');
export const portNumber = z.int().min(1).max(65535);
export const protocol = z.enum(['tcp', 'udp', 'sctp']);
export const labelKey = z.string().regex(labelKeyPattern, 'a label key such as app or example.com/team');
export const labelValue = z.string().regex(labelValuePattern, 'a label value: letters, digits, -, _ and ., at most 63');
export const labels = z.record(labelKey, labelValue);
export const annotations = z.record(labelKey, z.string().max(16_384));

/** One value, or a list of at least one. */
export function oneOrList<T extends z.ZodType>(item: T) {
	return z.union([item, z.array(item).min(1)]);
}
