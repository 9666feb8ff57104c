import semver from 'semver';
import { z } from 'zod';
import { apiVersion } from '../scenario/schema.ts';

/** A waivers file, as docs/gate.md describes it. */
export const waiversSchema = z.strictObject({
	apiVersion: z.literal(apiVersion),
	kind: z.literal('Waivers'),
	waivers: z.array(
		z.strictObject({
			case: z.string().min(1),
			cells: z.int().min(1).optional(),
			reason: z.string().trim().min(1),
			link: z.url({ protocol: /^https?$/, error: 'a link begins with https:// or http://' }).optional(),
			expires: z.iso.date({ error: 'expected a day that exists, such as 2026-12-31' }).optional(),
			engine: z.string().trim().min(1).optional(),
			versions: z
				.string()
				.refine((text) => semver.validRange(text) !== null, 'expected a range of versions, such as ">=3.27 <3.31"')
				.optional(),
		}),
	),
});
