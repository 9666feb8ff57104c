// Builds dist/: the command line in a few files, because reading hundreds of modules takes longer than the demo's
// policies do, and the agent as one file that needs nothing else and runs in every probe pod. Types are checked by
// `npm run check`.
import {
	chmodSync,
	copyFileSync,
	existsSync,
	readdirSync,
	readFileSync,
	renameSync,
	rmSync,
	writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
// Beside dist, and then in its place: runs that are going on read from it.
const fresh = join(root, `dist.${process.pid}`);
// What fails leaves nothing.
process.on('exit', () => rmSync(fresh, { recursive: true, force: true }));
// Bundled CommonJS modules ask for Node's own ones by `require`.
const banner = { js: "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);" };
const shared = { absWorkingDir: root, bundle: true, platform: 'node', target: 'node20', format: 'esm', banner };

await build({
	...shared,
	// Node starts a CommonJS program in a sixth less time than a module, and a run starts hundreds of agents.
	format: 'cjs',
	banner: {},
	entryPoints: ['src/agent/main.ts'],
	outfile: join(fresh, 'agent.cjs'),
	legalComments: 'none',
});
const { metafile } = await build({
	...shared,
	entryPoints: ['src/main.ts', 'src/testing/mocha.ts', 'src/testing/chai.ts'],
	outdir: fresh,
	chunkNames: 'parts/[name]-[hash]',
	outbase: join(root, 'src'),
	splitting: true,
	metafile: true,
	mainFields: ['module', 'main'],
	legalComments: 'none',
});
copyFileSync(join(root, 'src/cluster/wire/capture.pl'), join(fresh, 'capture.pl'));
chmodSync(join(fresh, 'main.js'), 0o755);
writeFileSync(join(fresh, 'third-party-licences.txt'), thirdPartyLicences(Object.keys(metafile.inputs)));

const old = join(root, `dist.${process.pid}.old`);
const dist = join(root, 'dist');
if (existsSync(dist)) renameSync(dist, old);
renameSync(fresh, dist);
rmSync(old, { recursive: true, force: true });

/** The licences of whatever was bundled, as they ask for. */
function thirdPartyLicences(inputs) {
	const folders = new Set(inputs.flatMap((file) => /^(.*node_modules\/(?:@[^/]+\/)?[^/]+)\//.exec(file)?.[1] ?? []));
	const texts = [...folders]
		.toSorted((one, other) => one.localeCompare(other))
		.map((folder) => {
			const { name, version, license } = JSON.parse(readFileSync(join(root, folder, 'package.json'), 'utf8'));
			const file = readdirSync(join(root, folder)).find((entry) => /^licen[cs]e/i.test(entry));
			const text = file === undefined ? '' : readFileSync(join(root, folder, file), 'utf8').trim();
			return `${name} ${version} (${license})\n\n${text}\n`;
		});
	return texts.join(`\n${'-'.repeat(80)}\n\n`);
}
