import { cpSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { execa } from 'execa';
import { offlineEnvironment } from './offline.ts';

const root = fileURLToPath(new URL('../../..', import.meta.url));
export const runnerImage = 'gatecrash-test/runner:1';

/**
 * What Containerfile makes, without a network: the program as it is packed, on top of the agent image, which has Node. It is
 * put into the node of the cluster, where it goes with it; here the image is removed again.
 */
export async function loadRunnerImage(node: string): Promise<void> {
	const folder = mkdtempSync(join(tmpdir(), 'gatecrash-image-'));
	try {
		for (const name of ['dist', 'package.json', 'clusters']) {
			cpSync(join(root, name), join(folder, name), { recursive: true });
		}
		const base = offlineEnvironment()['GATECRASH_AGENT_IMAGE'] ?? '';
		writeFileSync(
			join(folder, 'Containerfile'),
			[
				`FROM ${base}`,
				'COPY . /opt/gatecrash/',
				'USER 0',
				'RUN ln -s /opt/gatecrash/dist/main.js /usr/local/bin/gatecrash',
				'USER 65534:65534',
				'ENTRYPOINT ["gatecrash"]',
				'',
			].join('\n'),
		);
		await execa('docker', [
			'build',
			'--network=none',
			'-q',
			'-f',
			join(folder, 'Containerfile'),
			'-t',
			runnerImage,
			folder,
		]);
		const save = execa('docker', ['save', runnerImage], { encoding: 'buffer', buffer: false });
		const load = ['exec', '--interactive', node, 'ctr', '--namespace=k8s.io', 'images', 'import', '-'];
		await save.pipe('docker', load);
	} finally {
		await execa('docker', ['image', 'rm', '-f', runnerImage], { reject: false });
		rmSync(folder, { recursive: true, force: true });
	}
}
