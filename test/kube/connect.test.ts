import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { connect } from '../../src/kube/connect.ts';
import { GatecrashError } from '../../src/model/gatecrash-error.ts';
import { FaultyServer, json } from './api-server.ts';

describe('connect', () => {
	let folder: string;
	let server: FaultyServer;
	before(async () => {
		folder = mkdtempSync(join(tmpdir(), 'gatecrash-kube-'));
		server = new FaultyServer((_, response) => json(response, 200, { gitVersion: 'v1.99.0' }));
		await server.start();
		writeFileSync(join(folder, 'kubeconfig'), server.config().exportConfig());
		writeFileSync(join(folder, 'broken'), ': : :');
		writeFileSync(join(folder, 'empty'), '{}');
	});
	after(async () => {
		await server.stop();
		rmSync(folder, { recursive: true });
	});

	async function failure(options: Parameters<typeof connect>[0]): Promise<string> {
		const error: unknown = await connect(options).then(
			() => undefined,
			(reason: unknown) => reason,
		);
		expect(error).to.be.instanceOf(GatecrashError);
		return (error as GatecrashError).message;
	}

	it('answers with the cluster’s version', async () => {
		const client = await connect({ kubeconfig: join(folder, 'kubeconfig') });
		expect(await client.version()).to.equal('v1.99.0');
		expect(client.context).to.equal('x');
		client.close();
	});

	it('says what is wrong with a kubeconfig', async () => {
		expect(await failure({ kubeconfig: join(folder, 'none') })).to.match(/There is no kubeconfig .*none/);
		expect(await failure({ kubeconfig: join(folder, 'broken') })).to.match(/can't be read/);
		expect(await failure({ kubeconfig: join(folder, 'empty') })).to.match(/names no cluster/);
		expect(await failure({ kubeconfig: join(folder, 'kubeconfig'), context: 'y' })).to.match(/no context "y"/);
	});

	it('does not wait long for a server that was never there', async () => {
		await server.stop();
		const began = performance.now();
		expect(await failure({ kubeconfig: join(folder, 'kubeconfig'), patience: 300 })).to.match(/ECONNREFUSED/);
		expect(performance.now() - began).to.be.below(3000);
	});
});
