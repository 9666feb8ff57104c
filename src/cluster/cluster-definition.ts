import { LineCounter, parseDocument } from 'yaml';
import { z } from 'zod';
import { capabilityNames } from '../model/capability.ts';
import { GatecrashError } from '../model/gatecrash-error.ts';
import { addOn } from './add-on.ts';
import { checkEksConfig } from './eks/eks-config.ts';

const clusterDefinition = z.strictObject({
	apiVersion: z.literal('gatecrash.dev/v1alpha1'),
	kind: z.literal('Cluster'),
	metadata: z.strictObject({ name: z.string().regex(/^[a-z0-9]([-a-z0-9]{0,30}[a-z0-9])?$/) }),
	spec: z
		.strictObject({
			driver: z.enum(['netns', 'kind', 'eks', 'existing']),
			nodes: z.int().min(1).max(20).default(1),
			ipFamily: z.enum(['ipv4', 'ipv6', 'dual']).default('dual'),
			/** Node image of kind; without one, kind's own default. */
			image: z.string().min(1).optional(),
			/** A Node.js image for probe pods. */
			agentImage: z.string().min(1).optional(),
			/** The driver's own configuration. */
			config: z.record(z.string(), z.unknown()).default({}),
			addOns: z.array(addOn).default([]),
			/** Capabilities; checked against what is found. */
			provides: z.array(z.enum(capabilityNames)).default([]),
		})
		.superRefine((spec, context) => {
			if (spec.driver !== 'eks') return;
			for (const { path, message } of checkEksConfig(spec)) {
				context.addIssue({ code: 'custom', path: ['config', ...path], message });
			}
		}),
});

/** A file under clusters/: how a cluster is had, and what it promises. */
export type ClusterDefinition = z.infer<typeof clusterDefinition>;

/** @throws GatecrashError GC_USAGE with everything that is wrong with the text, and where; `file` is for the message. */
export function parseClusterDefinition(text: string, file: string): ClusterDefinition {
	const lines = new LineCounter();
	const document = parseDocument(text, { uniqueKeys: true, lineCounter: lines });
	if (document.errors.length > 0) {
		throw new GatecrashError('GC_USAGE', `${file}: ${document.errors.map(({ message }) => message).join('\n')}`);
	}
	const parsed = clusterDefinition.safeParse(document.toJS({ maxAliasCount: 100 }));
	if (parsed.success) return parsed.data;
	const problems = parsed.error.issues.flatMap(flatten).map(({ path, message }) => {
		const { line, col } = lines.linePos(startOf(document, path));
		return `${file}:${line}:${col}: ${path.length > 0 ? `${path.join('.')}: ` : ''}${message}`;
	});
	throw new GatecrashError('GC_USAGE', `${file} is not a cluster definition:\n${problems.join('\n')}`);
}

type Issue = Pick<z.core.$ZodIssue, 'path' | 'message'>;

/** Of a union, the problems of the alternative that comes nearest: the one with the fewest. */
function flatten(issue: z.core.$ZodIssue): Issue[] {
	if (issue.code !== 'invalid_union') return [issue];
	const nearest = [...issue.errors].sort((one, other) => one.length - other.length)[0];
	if (!nearest) return [issue];
	return nearest.flatMap(flatten).map(({ path, message }) => ({ path: [...issue.path, ...path], message }));
}

/** Offset of the value at a path, or of the nearest value around it that is there. */
function startOf(document: ReturnType<typeof parseDocument>, path: readonly PropertyKey[]): number {
	for (let depth = path.length; depth >= 0; depth--) {
		const node = document.getIn(path.slice(0, depth), true);
		const range = (node as { range?: [number, number, number] } | undefined)?.range;
		if (range) return range[0];
	}
	return 0;
}
