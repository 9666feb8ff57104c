// Builds dist/: the compiled sources, and the agent as one self-contained file that runs in every probe pod.
import { execFileSync } from 'node:child_process';
import { chmodSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
rmSync(join(root, 'dist'), { recursive: true, force: true });
execFileSync(process.execPath, [join(root, 'node_modules/typescript/bin/tsc'), '-p', join(root, 'src')], {
	stdio: 'inherit',
});
await build({
	entryPoints: [join(root, 'src/agent/main.ts')],
	outfile: join(root, 'dist/agent.mjs'),
	bundle: true,
	platform: 'node',
	target: 'node20',
	format: 'esm',
	legalComments: 'none',
});
chmodSync(join(root, 'dist/main.js'), 0o755);
