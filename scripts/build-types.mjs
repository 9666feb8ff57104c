// Writes types/: the declarations of what package.json exports, and of what they refer to. Part of `npm pack` alone,
// since nothing in this repository reads them.
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const entries = ['testing/mocha.d.ts', 'testing/chai.d.ts'];
const emitted = mkdtempSync(join(root, 'types.'));
process.on('exit', () => rmSync(emitted, { recursive: true, force: true }));

const tsc = join(root, 'node_modules/typescript/bin/tsc');
execFileSync(process.execPath, [tsc, '-p', join(root, 'tsconfig.types.json'), '--outDir', join(emitted, 'all')], {
	stdio: 'inherit',
});

const queue = [...entries];
const wanted = new Set(queue);
for (let file = queue.shift(); file; file = queue.shift()) {
	// Declarations stand for modules that a program would import as .js.
	const text = readFileSync(join(emitted, 'all', file), 'utf8').replaceAll(
		/(\bfrom |\bimport\()(['"])(\.[^'"]*)\.ts\2/g,
		(_whole, before, quote, target) => {
			const name = relative(emitted, join(emitted, dirname(file), `${target}.d.ts`));
			if (!wanted.has(name)) {
				wanted.add(name);
				queue.push(name);
			}
			return `${before}${quote}${target}.js${quote}`;
		},
	);
	mkdirSync(dirname(join(emitted, 'kept', file)), { recursive: true });
	writeFileSync(join(emitted, 'kept', file), text);
}
const types = join(root, 'types');
rmSync(types, { recursive: true, force: true });
renameSync(join(emitted, 'kept'), types);
