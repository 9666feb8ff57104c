import { stat } from 'node:fs/promises';
import { readdir } from 'node:fs/promises';
import { join, normalize, relative } from 'node:path';
import type { Diagnostic } from '../model/diagnostic.ts';
import { readTextFile } from './read-text-file.ts';
import { apiVersion } from './schema.ts';

export interface ScenarioFile {
	file: string;
	text: string;
}

/** Finds the scenario files that paths mean. What is named must hold scenarios; what merely lies in a directory need not. */
export async function discoverFiles(
	paths: readonly string[],
): Promise<{ files: ScenarioFile[]; diagnostics: Diagnostic[] }> {
	const files = new Map<string, ScenarioFile>();
	const diagnostics: Diagnostic[] = [];
	const add = (file: string, code: string, message: string, hint: string | undefined): void => {
		diagnostics.push({
			code,
			message,
			file,
			line: 1,
			column: 1,
			severity: 'error',
			...(hint !== undefined && { hint }),
		});
	};
	for (const path of paths) {
		const status = await stat(path).catch(() => undefined);
		if (!status?.isDirectory()) {
			const file = normalize(path);
			const read = readTextFile(file);
			if ('text' in read) files.set(file, { file, text: read.text });
			else add(file, read.code, read.problem, read.hint);
			continue;
		}
		const found = await scenarioFilesBelow(path);
		if (found.length === 0)
			add(
				path,
				'nothing-found',
				`there is no scenario file in ${path}`,
				`scenario files are *.yaml with apiVersion: ${apiVersion}`,
			);
		for (const one of found) files.set(one.file, one);
	}
	if (paths.length === 0) add('.', 'nothing-found', 'no file was named', undefined);
	return { files: [...files.values()], diagnostics };
}

async function scenarioFilesBelow(directory: string): Promise<ScenarioFile[]> {
	const entries = await readdir(directory, { withFileTypes: true, recursive: true });
	const yaml = entries.filter((entry) => /\.ya?ml$/.test(entry.name) && !entry.isDirectory());
	const names = yaml
		.map((entry) => join(entry.parentPath, entry.name))
		// Of what lies below it: whoever names a folder of a package in node_modules means it.
		// A mounted ConfigMap has its files a second time, in a folder whose name begins with two dots.
		.filter((name) => !/(?:^|\/)(?:node_modules|\.git|\.\.[^/]+)\//.test(relative(directory, name)))
		.map((name) => normalize(name));
	return names.sort().flatMap((file) => {
		const read = readTextFile(file);
		// by its text and not by its parsed documents, so that a broken scenario isn't passed over in silence
		const isScenario =
			'text' in read &&
			/^[ \t{]*["']?apiVersion["']?[ \t]*:[ \t]*["']?gatecrash\.dev\//m.test(read.text) &&
			!isOnlyOtherKinds(read.text);
		return isScenario ? [{ file, text: read.text }] : [];
	});
}

/** Cluster definitions and waivers files share the apiVersion. */
function isOnlyOtherKinds(text: string): boolean {
	return otherKinds.test(text) && !/^["']?kind["']?[ \t]*:[ \t]*["']?Scenario\b/m.test(text);
}

const otherKinds = /^["']?kind["']?[ \t]*:[ \t]*["']?(?:Cluster|Waivers)["']?[ \t\r]*(?:#.*)?$/m;
