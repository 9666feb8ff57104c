import { mkdirSync, readFileSync, readlinkSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { createRunFolder, nameRun, openRun } from '../../src/cli/run-folder.ts';
import { sampleScenario } from '../../src/cli/sample-scenario.ts';
import { GatecrashError } from '../../src/model/gatecrash-error.ts';
import { gatecrash, makeSandbox } from './sandbox.ts';

describe('recorded runs', () => {
	let folder: string;
	let remove: () => void;
	let out: string;
	before(async () => {
		({ folder, remove } = makeSandbox());
		out = join(folder, '.gatecrash/runs');
		writeFileSync(join(folder, 'good.yaml'), sampleScenario);
		const { id } = createRunFolder(out, nameRun(out, new Date('2026-01-02T03:04:05Z')));
		writeFileSync(join(out, id, 'plan.json'), (await gatecrash(['plan', 'good.yaml', '--json'], folder)).stdout);
		const began = {
			n: 1,
			at: 0,
			is: 'run-began',
			schemaVersion: 1,
			run: id,
			version: '0.1.0',
			startedAt: '2026-01-02T03:04:05.000Z',
		};
		writeFileSync(join(out, id, 'history.jsonl'), `${JSON.stringify(began)}\n{"n":2,"at":3,"is":"clus`);
	});
	after(() => remove());

	it('are named by time, and `latest` is a relative link to the newest', () => {
		const target = readlinkSync(join(out, 'latest'));
		expect(target).to.match(/^20260102-030405-[0-9a-f]{6}$/);
		const newer = createRunFolder(out, nameRun(out, new Date('2026-01-02T03:04:06Z')));
		expect(readlinkSync(join(out, 'latest'))).to.equal(newer.id);
		expect(readdirSync(out).filter((name) => name.startsWith('.'))).to.deep.equal([]);
		rmSync(newer.folder, { recursive: true });
		rmSync(join(out, 'latest'));
		symlinkSync(target, join(out, 'latest'));
	});

	it('judge says that a history is cut off, and never calls it enforced', async () => {
		const { code, stdout, stderr } = await gatecrash(['judge', 'latest'], folder);
		expect(code).to.equal(2);
		expect(stderr)
			.to.match(/cut off/)
			.and.match(/ends before the run does/);
		expect(stdout)
			.to.include(' INCONCLUSIVE ')
			.and.not.match(/ENFORCED|[1-9]\d* enforced/);
		expect((await gatecrash(['judge', 'latest', '--strict'], folder)).code).to.equal(1);
	});

	it('judge --json gives the same bytes each time, by name, link and path, and writes nothing', async () => {
		const id = readlinkSync(join(out, 'latest'));
		const before = readdirSync(join(out, id));
		const outputs = await Promise.all(
			['latest', id, join(out, id)].map((run) => gatecrash(['judge', run, '--json'], folder)),
		);
		expect(new Set(outputs.map(({ stdout }) => stdout)).size).to.equal(1);
		expect(JSON.parse(outputs[0]?.stdout ?? '')).to.include({
			schemaVersion: 1,
			run: id,
			complete: false,
			exitCode: 2,
		});
		expect(readdirSync(join(out, id))).to.deep.equal(before);
	});

	it('report renders every format, to standard output or into files', async () => {
		const page = await gatecrash(
			[
				'report',
				'latest',
				'--reporter',
				'markdown',
				'--reporter',
				'junit=deep/er/junit.xml',
				'--reporter',
				'html=page.html',
			],
			folder,
		);
		expect(page.code).to.equal(0);
		expect(page.stdout).to.match(/^## . gatecrash: inconclusive/u);
		expect(readFileSync(join(folder, 'deep/er/junit.xml'), 'utf8'))
			.to.match(/^<\?xml/)
			.and.match(/errors="[1-9]/);
		expect(readFileSync(join(folder, 'page.html'), 'utf8')).to.match(
			/^<!doctype html>[^]*<span class="badge inconclusive">/,
		);
	});

	it('report ends with 3 for a file that it cannot write, after writing the others', async () => {
		mkdirSync(join(folder, 'taken'), { recursive: true });
		const { code, stderr } = await gatecrash(
			['report', 'latest', '--reporter', 'json=taken', '--reporter', 'junit=fine.xml'],
			folder,
		);
		expect(code).to.equal(3);
		expect(stderr).to.include('could not write taken');
		expect(readFileSync(join(folder, 'fine.xml'), 'utf8')).to.match(/^<\?xml/);
	});

	it('refuse what they cannot read, each with what is wrong', async () => {
		const id = readlinkSync(join(out, 'latest'));
		const plan = readFileSync(join(out, id, 'plan.json'), 'utf8');
		const spoiled = join(out, 'spoiled');
		mkdirSync(spoiled);
		for (const [text, message] of [
			['{', /cannot be read/],
			['{"schemaVersion":9,"scenarios":[]}', /schemaVersion 9/],
		] as const) {
			writeFileSync(join(spoiled, 'plan.json'), text);
			const error: unknown = await openRun(spoiled, out).catch((caught: unknown) => caught);
			expect(error).to.be.instanceOf(GatecrashError).with.property('message').that.matches(message);
		}
		writeFileSync(join(spoiled, 'plan.json'), plan);
		expect(await openRun(spoiled, out)).to.deep.include({
			events: [],
			gaps: ['there is no history.jsonl: nothing was recorded'],
		});
		writeFileSync(join(spoiled, 'history.jsonl'), 'rubbish\n');
		expect((await openRun(spoiled, out)).gaps[0]).to.include('damaged in line 1');
		rmSync(spoiled, { recursive: true });
	});
});
