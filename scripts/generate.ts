// Writes every generated file; with --check only says which of them are stale, and exits 1.
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { cliPage } from './generate-cli.ts';
import { outcomesPage } from './generate-outcomes.ts';
import { reportPageAssets } from './generate-report-page.ts';
import { scenarioReferencePage } from './generate-scenario-reference.ts';
import { schemaFile } from './generate-schema.ts';
import { seededBugsPage } from './generate-seeded-bugs.ts';
import { shippedScenariosFile } from './generate-shipped-scenarios.ts';

const generated: Record<string, () => string | Promise<string>> = {
	'schema/scenario.schema.json': schemaFile,
	'docs/scenario-reference.md': scenarioReferencePage,
	'docs/cli.md': cliPage,
	'docs/outcomes.md': outcomesPage,
	'docs/seeded-bugs.md': seededBugsPage,
	'src/report/html/page-assets.ts': reportPageAssets,
	'src/report/shipped-scenarios.ts': shippedScenariosFile,
};

/** Where the files are; tests name another folder. */
const folderFlag = process.argv.indexOf('--folder');
const root =
	(folderFlag < 0 ? undefined : process.argv[folderFlag + 1]) ?? join(dirname(fileURLToPath(import.meta.url)), '..');
const isCheck = process.argv.includes('--check');

for (const [file, content] of Object.entries(generated)) {
	const path = join(root, file);
	const present = await readFile(path, 'utf8').catch(() => undefined);
	const text = await content();
	if (present === text) continue;
	if (isCheck) {
		console.error(`${file} is stale: run \`npm run generate\` and commit it`);
		process.exitCode = 1;
	} else {
		await mkdir(dirname(path), { recursive: true });
		await writeFile(path, text);
		console.log(`wrote ${file}`);
	}
}
