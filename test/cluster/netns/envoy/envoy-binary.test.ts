import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { expect } from 'chai';
import { envoyCache, findEnvoy, readEnvoyVersion } from '../../../../src/cluster/netns/envoy/envoy-binary.ts';

describe('The Envoy of the embedded mesh', () => {
	let home: string;
	const program = async (file: string, version = 'abc/1.40.0/Clean/RELEASE/BoringSSL') => {
		await mkdir(dirname(file), { recursive: true });
		await writeFile(file, `#!/bin/sh\necho "envoy  version: ${version}"\n`);
		await chmod(file, 0o755);
		return file;
	};
	beforeEach(async () => {
		home = await mkdtemp(join(tmpdir(), 'gatecrash-test-'));
	});
	afterEach(() => rm(home, { recursive: true }));

	it('is the one that is named, else the one on PATH, else the one that set-up brought', async () => {
		expect(findEnvoy({ PATH: '' }, home)).to.equal(undefined);
		const cached = await program(envoyCache(home));
		expect(findEnvoy({ PATH: '' }, home)).to.equal(cached);
		const onPath = await program(join(home, 'bin/envoy'));
		expect(findEnvoy({ PATH: join(home, 'bin') }, home)).to.equal(onPath);
		const named = await program(join(home, 'mine'));
		expect(findEnvoy({ PATH: join(home, 'bin'), GATECRASH_ENVOY: named }, home)).to.equal(named);
	});

	it('is no other one where the one that is named can not be run', async () => {
		await program(envoyCache(home));
		expect(findEnvoy({ PATH: '', GATECRASH_ENVOY: join(home, 'missing') }, home)).to.equal(undefined);
	});

	it('tells its version, and a program that does not run is refused with the fix', async () => {
		expect(await readEnvoyVersion(await program(join(home, 'good')))).to.equal('1.40.0');
		const broken = join(home, 'broken');
		await writeFile(broken, 'not a program', { mode: 0o755 });
		const refused = await readEnvoyVersion(broken).catch((error) => error);
		expect([refused.code, refused.hint]).to.deep.equal([
			'GC_TOOL_MISSING',
			'Put an `envoy` on the PATH, name one in GATECRASH_ENVOY, or bring it with `npm run setup` in a clone of gatecrash',
		]);
	});
});
