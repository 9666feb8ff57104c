import { z } from 'zod';

const name = z.string().min(1);

/** Names objects of a manifest; without a name or namespace: any. */
const objectSelector = z.strictObject({ kind: name, name: name.optional(), namespace: name.optional() });

const patch = z.union([
	z.strictObject({
		target: objectSelector,
		/**
		 * A JSON merge patch (RFC 7396), but for lists whose items all have a `name`: those are merged by it, as strategic
		 * merge patches do.
		 */
		merge: z.record(z.string(), z.unknown()),
	}),
	z.strictObject({
		target: objectSelector,
		/** In the text that stands at `path` (keys joined by dots): what has to stand there once, and what replaces it. */
		replaceText: z.strictObject({ path: name, text: name, by: z.string() }),
	}),
]);

const namespacedName = z.string().regex(/^[a-z0-9][-a-z0-9.]*\/[a-z0-9][-a-z0-9.]*$/, 'is written NAMESPACE/NAME');

const readyCondition = z.union([
	z.strictObject({ daemonSet: namespacedName }),
	z.strictObject({ deployment: namespacedName }),
]);

/** A manifest that a cluster definition installs: an engine, a mesh. */
export const addOn = z
	.strictObject({
		name,
		/** Where the manifest is published; left out where it is not, but made by a tool. */
		url: z.url({ protocol: /^https?$/ }).optional(),
		/** The command that prints the manifest, run by the user, who puts it into a mirror. */
		rendered: name.optional(),
		/** Of the manifest's bytes: what the URL gives, or a mirror, is used only if it matches. */
		sha256: z.string().regex(/^[0-9a-f]{64}$/, 'is 64 hexadecimal digits'),
		/** Namespaces that the manifest takes for granted. */
		namespaces: z.array(name).default([]),
		/**
		 * Secret (NAMESPACE/NAME) that gives a mesh the harness's certificate authority, as Istio's `cacerts` does. It is made
		 * before everything else. https://istio.io/latest/docs/tasks/security/cert-management/plugin-ca-cert/
		 */
		authority: namespacedName.optional(),
		/** Objects of the manifest that are not installed; each has to match something. */
		omit: z.array(objectSelector).default([]),
		patches: z.array(patch).default([]),
		/** What is waited for; what is not named here is not. */
		ready: z.array(readyCondition).default([]),
		/** Bound for `ready`, in seconds. */
		readyWithin: z.int().min(1).max(3600).default(180),
	})
	.refine((one) => (one.url === undefined) !== (one.rendered === undefined), 'needs either url or rendered');

export type AddOn = z.infer<typeof addOn>;
export type ObjectSelector = z.infer<typeof objectSelector>;
export type ManifestPatch = z.infer<typeof patch>;
export type ReadyCondition = z.infer<typeof readyCondition>;
