import type { SourcePosition } from '../model/diagnostic.ts';
import type { FileNames } from './github.ts';

/** What relative addresses in SARIF are relative to; by this name GitHub knows the root of the repository. */
export const sourceRoot = '%SRCROOT%';

export interface SarifLocation {
	physicalLocation: {
		artifactLocation: { uri: string; uriBaseId?: string };
		region: { startLine: number; startColumn: number };
	};
	message?: { text: string };
}

/** `nameOf` gives paths from the root of the repository; a file outside it keeps its absolute address. */
export function physicalLocation(
	{ file, line, column }: SourcePosition,
	nameOf: FileNames = (same) => same,
): SarifLocation {
	const name = nameOf(file).replaceAll('\\', '/');
	const uri = name
		.replace(/\p{Surrogate}/gu, '\ufffd')
		.split('/')
		.map(encodeURIComponent)
		.join('/');
	const artifactLocation = name.startsWith('/') ? { uri: `file://${uri}` } : { uri, uriBaseId: sourceRoot };
	const region = { startLine: Math.max(1, line), startColumn: Math.max(1, column) };
	return { physicalLocation: { artifactLocation, region } };
}
