import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import type { AddOn } from '../../src/cluster/add-on.ts';
import { parseClusterDefinition } from '../../src/cluster/cluster-definition.ts';
import { chooseImages } from '../../src/cluster/kind/images.ts';
import { manifestOf } from '../../src/cluster/kind/mirror.ts';
import { GatecrashError } from '../../src/model/gatecrash-error.ts';

const text = 'kind: Namespace\napiVersion: v1\nmetadata: {name: engine}\n';
const { signal } = new AbortController();

function addOn(url = 'https://example.invalid/engine.yaml', of = text): AddOn {
	const sha256 = createHash('sha256').update(of).digest('hex');
	return { name: 'engine', url, sha256, namespaces: [], omit: [], patches: [], ready: [], readyWithin: 1 };
}

describe('manifests of add-ons', () => {
	let folder: string;
	let served: string;
	let requests = 0;
	let server: Server;
	let url: string;
	const cache = process.env.XDG_CACHE_HOME;
	before((done) => {
		server = createServer((_request, response) => {
			requests += 1;
			response.statusCode = served === '' ? 404 : 200;
			response.end(served);
		}).listen(0, '127.0.0.1', done);
	});
	after(() => server.close());
	beforeEach(() => {
		folder = mkdtempSync(join(tmpdir(), 'gatecrash-mirror-'));
		process.env.XDG_CACHE_HOME = join(folder, 'cache');
		served = text;
		requests = 0;
		url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/engine.yaml`;
	});
	afterEach(() => {
		if (cache === undefined) delete process.env.XDG_CACHE_HOME;
		else process.env.XDG_CACHE_HOME = cache;
		rmSync(folder, { recursive: true, force: true });
	});

	it('are found in a mirror by their checksum, whatever their names, and one folder down', async () => {
		mkdirSync(join(folder, 'manifests'));
		writeFileSync(join(folder, 'engine.yaml'), `${text}# another version\n`);
		writeFileSync(join(folder, 'manifests', 'any-name.yml'), text);
		expect(await manifestOf(addOn(url), folder, signal)).to.equal(text);
		expect(await manifestOf(addOn(url), join(folder, 'manifests'), signal)).to.equal(text);
		expect(requests, 'a mirror is instead of the network').to.equal(0);
	});

	it('that are not in the mirror are not fetched behind its back', async () => {
		writeFileSync(join(folder, 'engine.yaml'), `${text}# another version\n`);
		const error = await manifestOf(addOn(url), folder, signal).catch((thrown) => thrown);
		expect(`${error.code}: ${error.message} ${error.hint}`).to.match(
			/^GC_CLUSTER: .*no file with the checksum.*engine\.yaml/,
		);
		expect(requests).to.equal(0);
		const missing = await manifestOf(addOn(url), join(folder, 'nowhere'), signal).catch((thrown) => thrown);
		expect(missing.code).to.equal('GC_USAGE');
	});

	it('come from their URL, once', async () => {
		expect(await manifestOf(addOn(url), undefined, signal)).to.equal(text);
		expect(await manifestOf(addOn(url), undefined, signal)).to.equal(text);
		expect(requests).to.equal(1);
	});

	it('with another checksum are refused, and so is what was changed in the cache', async () => {
		served = `${text}# changed\n`;
		const changed = await manifestOf(addOn(url), undefined, signal).catch((thrown) => thrown);
		expect(`${changed.message} ${changed.hint}`).to.match(/has the SHA-256 [0-9a-f]{64}\..*definition names/);
		served = text;
		await manifestOf(addOn(url), undefined, signal);
		writeFileSync(join(folder, 'cache/gatecrash/add-ons', `${addOn().sha256}.yaml`), 'kind: Evil\n');
		expect(await manifestOf(addOn(url), undefined, signal)).to.equal(text);
	});

	it('that can not be had name the way out', async () => {
		served = '';
		const error = await manifestOf(addOn(url), undefined, signal).catch((thrown) => thrown);
		expect(`${error.code}: ${error.message} ${error.hint}`).to.match(/^GC_CLUSTER: .*HTTP status 404.*--mirror DIR/);
	});
});

describe('images of a kind cluster', () => {
	const spec = 'spec: {driver: kind, image: "of/definition:1", agentImage: "agent/definition:1"}\n';
	const definition = parseClusterDefinition(
		`apiVersion: gatecrash.dev/v1alpha1\nkind: Cluster\nmetadata: {name: mine}\n${spec}`,
		'mine.yaml',
	);
	let folder: string;
	before(() => {
		folder = mkdtempSync(join(tmpdir(), 'gatecrash-mirror-'));
		writeFileSync(join(folder, 'mirror.yaml'), 'images: {node: "of/mirror:1"}\n');
	});
	after(() => rmSync(folder, { recursive: true, force: true }));

	it('are those asked for, then those of the mirror, then those of the definition', async () => {
		const none = { node: 'of/definition:1', agent: 'agent/definition:1' };
		expect(await chooseImages(definition, {}, undefined)).to.deep.equal(none);
		expect(await chooseImages(definition, {}, folder)).to.deep.equal({ ...none, node: 'of/mirror:1' });
		expect(await chooseImages(definition, { node: 'mine:1' }, folder)).to.deep.equal({ ...none, node: 'mine:1' });
	});

	it('of a mirror with unknown keys are refused', async () => {
		writeFileSync(join(folder, 'mirror.yaml'), 'images: {nodes: "x"}\n');
		const error = await chooseImages(definition, {}, folder).catch((thrown) => thrown);
		expect(`${error.code}: ${error.message}`).to.match(/^GC_USAGE: .*mirror\.yaml/);
	});

	it('of an add-on that nobody publishes come from a mirror, or it is said how they are made', async () => {
		const { url: _url, ...rest } = addOn();
		const rendered = { ...rest, rendered: 'tool print > engine.yaml' };
		writeFileSync(join(folder, 'made.yaml'), text);
		expect(await manifestOf(rendered, folder, signal)).to.equal(text);
		const refused = await manifestOf(rendered, undefined, signal).catch((error: unknown) => error);
		expect(refused).to.be.instanceOf(GatecrashError);
		expect((refused as GatecrashError).hint)
			.to.include('tool print > engine.yaml')
			.and.include(rest.sha256);
	});
});
