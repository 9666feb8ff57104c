import { cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import type { Trend } from '../../src/model/trend.ts';
import { makeSandbox } from '../cli/sandbox.ts';
import { gatecrashHere } from './support/in-process.ts';
import { doors, makeTwoNights } from './support/two-nights.ts';

describe('gatecrash trend over two nights of real runs', function () {
	this.timeout(120_000);
	let folder: string;
	let remove: () => void;
	let runs: string;
	before(async () => {
		({ folder, remove } = makeSandbox());
		runs = join(folder, 'runs');
		await makeTwoNights(runs, gatecrashHere);
	});
	after(() => remove());

	const trend = async (...flags: string[]) => gatecrashHere(['trend', runs, ...flags]);
	const ids = ({ clusters }: Trend) => {
		const [cluster] = clusters;
		expect(clusters).to.have.length(1);
		return Object.fromEntries(
			Object.entries(cluster?.cases ?? {}).map(([kind, cases]) => [kind, cases.map(({ id }) => id)]),
		);
	};

	it('says what is new, fixed and flapping, and nothing else', async () => {
		const { code, stdout } = await trend('--json');
		const found = JSON.parse(stdout) as Trend;
		expect(ids(found)).to.deep.equal({
			new: [doors.fresh],
			flapping: [doors.flapping],
			failing: [],
			fixed: [doors.fixed],
			unattempted: [],
		});
		expect(found.nights.map(({ runs: count }) => count)).to.deep.equal([2, 2]);
		expect(found.clusters[0]?.passing).to.equal(4);
		expect(code).to.equal(1);
	});

	it('shows a letter for each run, and names the bugs that were injected', async () => {
		const { stdout } = await trend();
		expect(stdout).to.match(/new {2}1 cell/);
		expect(stdout).to.contain(`■■ LL  leak         ${doors.fresh}`);
		expect(stdout).to.contain(`LL ■■  enforced     ${doors.fixed}`);
		expect(stdout).to.contain(`L■ L■  enforced     ${doors.flapping}  (changed 3 times)`);
		expect(stdout).to.match(/bugs were injected: except-ignored, exists-ignored, ports-ignored/);
	});

	it('names what it passes over: a run that was cut off, a file that is none, a copy', async () => {
		const latest = (JSON.parse((await trend('--json')).stdout) as Trend).clusters[0]?.runs.at(-1)?.run ?? '';
		const killed = join(runs, 'killed');
		cpSync(join(runs, latest), killed, { recursive: true });
		rmSync(join(killed, 'verdicts.json'));
		const lines = readFileSync(join(killed, 'history.jsonl'), 'utf8').split('\n');
		writeFileSync(join(killed, 'history.jsonl'), lines.slice(0, lines.length >> 1).join('\n'));
		writeFileSync(join(runs, 'broken.json'), '{');
		cpSync(join(runs, latest), join(runs, 'z-copy'), { recursive: true });
		mkdirSync(join(runs, 'empty'));
		const { stdout } = await trend('--json');
		const found = JSON.parse(stdout) as Trend;
		const why = found.passedOver.map((one) => `${one.place.slice(runs.length + 1)}: ${one.why}`);
		expect(why[0]).to.match(/^broken\.json: .*cannot be read/);
		expect(why[1]).to.equal('empty: there is no run in it: neither verdicts.json nor plan.json');
		expect(why[2]).to.match(/^killed: the run was cut off/);
		expect(why[3]).to.match(/^z-copy: the same run as /);
		expect(why).to.have.length(4);
		expect(ids(found).new).to.deep.equal([doors.fresh]);
	});

	it('writes a page without script', async () => {
		const file = join(folder, 'trend.html');
		await trend('--html', file);
		const page = readFileSync(file, 'utf8');
		expect(page).to.contain(doors.fresh).and.not.to.contain('<script');
	});
});
