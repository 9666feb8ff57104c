import { spawnSync } from 'node:child_process';
import { copyFileSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect } from 'chai';
import { makeSandbox, root } from '../cli/sandbox.ts';

const allowed: [string, string][] = [
	['src/model/a.ts', './b.ts'],
	['src/scenario/a.ts', '../model/b.ts'],
	['src/scenario/a.ts', 'zod'],
	['src/plan/a.ts', '../scenario/b.ts'],
	['src/judge/a.ts', '../model/b.ts'],
	['src/policy/mesh/a.ts', '../b.ts'],
	['src/policy/mesh/a.ts', '../../model/b.ts'],
	['src/mutate/a.ts', '../policy/b.ts'],
	['src/generate/a.ts', '../mutate/b.ts'],
	['src/mutate/a.ts', '../plan/b.ts'],
	['src/mutate/network-policy/a.ts', '../b.ts'],
	['src/gate/a.ts', '../scenario/b.ts'],
	['src/gate/a.ts', 'semver'],
	['src/report/a.ts', 'node:util'],
	['src/report/html/a.ts', '../../model/b.ts'],
	['src/report/html/a.ts', '../b.ts'],
	['src/report/html/page/a.ts', '../../../model/b.ts'],
	['src/report/html/page/a.ts', '../../b.ts'],
	['src/agent/a.ts', 'node:net'],
	['src/cluster/netns/a.ts', '../../model/b.ts'],
	['src/cluster/netns/a.ts', '../b.ts'],
	['src/cluster/netns/a.ts', 'node:fs/promises'],
	['src/cluster/a.ts', './netns/b.ts'],
	['src/cluster/eks/a.ts', '@aws-sdk/client-eks'],
	['src/cluster/eks/a.ts', '../kind/b.ts'],
	['src/cluster/eks/cleaning/a.ts', '../aws/b.ts'],
	['src/cluster/eks/cleaning/a.ts', '@aws-sdk/client-ec2'],
	['src/run/a.ts', '../history/b.ts'],
	['src/cli/a.ts', '../judge/b.ts'],
];

const forbidden: [string, string][] = [
	['src/model/a.ts', '../judge/b.ts'],
	['src/model/a.ts', 'node:fs'],
	['src/model/a.ts', 'zod'],
	['src/scenario/a.ts', '../plan/b.ts'],
	['src/scenario/a.ts', 'listr2'],
	['src/history/a.ts', '../judge/b.ts'],
	['src/policy/a.ts', '../cluster/netns/b.ts'],
	['src/policy/mesh/a.ts', '../../plan/b.ts'],
	['src/policy/mesh/a.ts', 'ipaddr.js'],
	['src/plan/a.ts', '../cluster/b.ts'],
	['src/plan/a.ts', 'node:fs'],
	['src/judge/a.ts', '../history/b.ts'],
	['src/judge/a.ts', '../report/b.ts'],
	['src/judge/a.ts', '../modelled/b.ts'],
	['src/judge/a.ts', 'node:crypto'],
	['src/judge/a.ts', 'ipaddr.js'],
	['src/mutate/a.ts', '../cluster/b.ts'],
	['src/mutate/a.ts', '../generate/b.ts'],
	['src/generate/a.ts', '../kube/b.ts'],
	['src/mutate/a.ts', 'node:fs'],
	['src/mutate/network-policy/a.ts', '../../policy/b.ts'],
	['src/gate/a.ts', '../judge/b.ts'],
	['src/gate/a.ts', 'node:fs'],
	['src/report/a.ts', '../judge/b.ts'],
	['src/report/a.ts', 'node:fs'],
	['src/report/html/a.ts', '../../judge/b.ts'],
	['src/report/html/a.ts', 'node:fs'],
	['src/report/html/page/a.ts', '../../../judge/b.ts'],
	['src/report/html/page/a.ts', 'node:util'],
	['src/agent/a.ts', '../run/b.ts'],
	['src/agent/a.ts', 'execa'],
	['src/cluster/a.ts', '../policy/b.ts'],
	['src/cluster/netns/a.ts', '../../policy/b.ts'],
	['src/cluster/netns/a.ts', '../../run/b.ts'],
	['src/cluster/netns/a.ts', 'commander'],
	['src/cluster/kind/a.ts', '@aws-sdk/client-eks'],
	['src/cluster/eks/a.ts', '../../policy/b.ts'],
	['src/cluster/eks/cleaning/a.ts', '../../../policy/b.ts'],
	['src/cluster/eks/aws/a.ts', 'execa'],
	['src/cluster/netns/mesh/a.ts', '../../../policy/b.ts'],
	['src/cluster/netns/mesh/a.ts', 'execa'],
	['src/run/a.ts', '../judge/b.ts'],
	['src/run/a.ts', '../cluster/b.ts'],
	['src/run/a.ts', 'execa'],
];

const forms: [string, (source: string) => string][] = [
	['an import', (source) => `import { B } from '${source}';\nexport const b = B;\n`],
	['a type import', (source) => `import type { B } from '${source}';\nexport type C = B;\n`],
	['a re-export', (source) => `export * from '${source}';\n`],
	['a dynamic import', (source) => `export const b = await import('${source}');\n`],
];

describe('import rules', () => {
	/** Lints all texts in one go, and says of each whether its import is refused. */
	function lint(texts: [string, string][]): string[] {
		const { folder, remove } = makeSandbox();
		try {
			copyFileSync(join(root, '.oxlintrc.json'), join(folder, '.oxlintrc.json'));
			const files = texts.map(([file, text], index) => {
				const path = join(dirname(file), `case-${index}.ts`);
				mkdirSync(join(folder, dirname(file)), { recursive: true });
				writeFileSync(join(folder, path), text);
				return path;
			});
			const ended = spawnSync(join(root, 'node_modules/.bin/oxlint'), ['--format', 'json'], {
				cwd: folder,
				encoding: 'utf8',
				timeout: 20_000,
			});
			const { diagnostics } = JSON.parse(ended.stdout) as { diagnostics: { code: string; filename: string }[] };
			const refused = diagnostics
				.filter(({ code }) => code.includes('no-restricted-imports'))
				.map(({ filename }) => filename);
			return files.map((file) => (refused.some((one) => one.endsWith(file)) ? 'refused' : 'accepted'));
		} finally {
			remove();
		}
	}

	it('accept what architecture.md allows', () => {
		const results = lint(allowed.map(([file, source]) => [file, forms[0]?.[1](source) ?? '']));
		expect(allowed.filter((_, index) => results[index] !== 'accepted')).to.deep.equal([]);
	});

	for (const [name, write] of forms) {
		it(`refuse ${name} that it forbids`, () => {
			const results = lint(forbidden.map(([file, source]) => [file, write(source)]));
			expect(forbidden.filter((_, index) => results[index] !== 'refused')).to.deep.equal([]);
		});
	}

	it('cover every folder of src but cli, and testing, which is another way to run it', () => {
		const rooms = readdirSync(join(root, 'src'), { withFileTypes: true }).filter(
			(entry) => entry.isDirectory() && !['cli', 'testing'].includes(entry.name),
		);
		const results = lint(
			rooms.map(({ name }) => [`src/${name}/a.ts`, `import { B } from '../cli/b.ts';\nexport const b = B;\n`]),
		);
		expect(rooms.map(({ name }) => name).filter((_, index) => results[index] !== 'refused')).to.deep.equal([]);
	});
});
