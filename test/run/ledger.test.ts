import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { expect } from 'chai';
import type { LedgerEntry } from '../../src/model/cluster.ts';
import type { Recovery } from '../../src/model/fault.ts';
import { GatecrashError } from '../../src/model/gatecrash-error.ts';
import { openLedger } from '../../src/run/ledger.ts';
import { currentProcess, stateOf } from '../../src/run/process-mark.ts';
import { parseLedger, readLedger } from '../../src/run/read-ledger.ts';
import { root, tsxLoader } from '../cli/sandbox.ts';

const namespace: LedgerEntry = {
	makes: 'object',
	kubeconfig: '/tmp/kubeconfig',
	context: undefined,
	apiVersion: 'v1',
	kind: 'Namespace',
	namespace: undefined,
	name: 'shop',
};
const container: LedgerEntry = { makes: 'container', engine: 'docker', name: 'gatecrash-external' };
const fault: Extract<LedgerEntry, { makes: 'fault' }> = {
	...{ makes: 'fault', fault: 'stop-mesh-control-plane', kubeconfig: '/tmp/kubeconfig', context: 'kind-test' },
	recovery: { do: 'scale', namespace: 'istio-system', deployment: 'istiod', replicas: 2 },
};
const change: LedgerEntry = {
	...{ makes: 'change', kubeconfig: '/tmp/kubeconfig', context: 'kind-test' },
	...{ apiVersion: 'v1', kind: 'ConfigMap', namespace: 'kube-system', name: 'coredns' },
};
const cluster: LedgerEntry = { makes: 'kind-cluster', name: 'gatecrash-abc', kubeconfig: '/tmp/k' };

describe('ledger', () => {
	let folder: string;
	let file: string;
	beforeEach(() => {
		folder = mkdtempSync(join(tmpdir(), 'gatecrash-ledger-'));
		file = join(folder, 'ledger.jsonl');
	});
	afterEach(() => rmSync(folder, { recursive: true }));

	it('tells what still stands, and whose it is', () => {
		const ledger = openLedger(file, 'run-1');
		for (const entry of [cluster, namespace, container]) ledger.intend(entry);
		ledger.undone(namespace);
		expect(ledger.standing()).to.deep.equal([cluster, container]);
		ledger.close();
		const read = readLedger(file);
		expect(read).to.include({ run: 'run-1', truncated: false });
		expect(read.standing).to.deep.equal([cluster, container]);
		expect(read.damaged).to.deep.equal([]);
	});

	it('tells a change of an object from the object', () => {
		const ledger = openLedger(file, 'run-1');
		const made: LedgerEntry = { ...change, makes: 'object' };
		for (const entry of [change, made]) ledger.intend(entry);
		ledger.undone(made);
		ledger.close();
		expect(readLedger(file).standing).to.deep.equal([change]);
	});

	it('keeps how a fault is undone, and takes no other verb for a recipe', () => {
		const ledger = openLedger(file, 'run-1');
		ledger.intend(fault);
		ledger.close();
		expect(readLedger(file).standing).to.deep.equal([fault]);
		const text = readFileSync(file, 'utf8');
		for (const wrong of [text.replace('"scale"', '"run"'), text.replace('"replicas":2', '"replicas":"2"')]) {
			expect(wrong).not.to.equal(text);
			expect(parseLedger(wrong)).to.deep.include({ standing: [], damaged: [2] });
		}
		expect(parseLedger(text.replace('stop-mesh-control-plane', 'drop-everything')).standing).to.deep.equal([]);
	});

	it('keeps every verb that undoes a fault, and none whose words are missing', () => {
		const recipes: Recovery[] = [
			{ do: 'await-ready', kind: 'DaemonSet', namespace: 'kube-system', name: 'calico-node' },
			{ do: 'select-nodes', namespace: 'kube-system', daemonSet: 'calico-node', nodeSelector: null },
			{ do: 'select-nodes', namespace: 'kube-system', daemonSet: 'calico-node', nodeSelector: { os: 'linux' } },
			{ do: 'start-nodes', containers: ['one', 'two'] },
			{ do: 'start-kubelets', containers: ['one'] },
			{ do: 'restore-api-server', container: 'one' },
		];
		for (const [index, recovery] of recipes.entries()) {
			const own = `${file}.${index}`;
			const ledger = openLedger(own, 'run-1');
			const entry: LedgerEntry = { ...fault, recovery };
			ledger.intend(entry);
			ledger.close();
			expect(readLedger(own).standing).to.deep.equal([entry]);
			const spoiled = readFileSync(own, 'utf8').replaceAll(/"(name|daemonSet|containers?)":/g, '"other":');
			expect(parseLedger(spoiled).damaged, recovery.do).to.deep.equal([2]);
		}
	});

	it('has every line on disk before the call returns', () => {
		const ledger = openLedger(file, 'run-1');
		ledger.intend(container);
		expect(readLedger(file).standing).to.deep.equal([container]);
		ledger.undone(container);
		expect(readLedger(file).standing).to.deep.equal([]);
		ledger.close();
	});

	it('is readable cut off at any byte, and loses at most the line that was being written', () => {
		const ledger = openLedger(file, 'run-1');
		ledger.intend(cluster);
		ledger.intend(namespace);
		ledger.undone(namespace);
		ledger.close();
		const text = readFileSync(file, 'utf8');
		const ends = [...text.matchAll(/\n/g)].map((match) => match.index + 1);
		const expected = [[], [], [cluster], [cluster, namespace], [cluster]];
		for (let length = 0; length <= text.length; length += 1) {
			const complete = ends.filter((end) => end <= length).length;
			const read = parseLedger(text.slice(0, length));
			// JSON leaves undefined keys out.
			expect(read.standing, `${length} bytes`).to.deep.equal(JSON.parse(JSON.stringify(expected[complete])));
			expect(read.damaged).to.deep.equal([]);
			expect(read.truncated).to.equal(length > 0 && !ends.includes(length));
		}
	});

	it('reads on after damaged lines and names them', () => {
		const ledger = openLedger(file, 'run-1');
		ledger.intend(cluster);
		ledger.close();
		const [head = '', line = ''] = readFileSync(file, 'utf8').split('\n');
		const read = parseLedger(`${head}\n{}\nnull\n{"is":"intended","entry":{"makes":"coffee"}}\n${line}\n`);
		expect(read.damaged).to.deep.equal([2, 3, 4]);
		expect(read.standing).to.deep.equal([cluster]);
	});

	it('names kubeconfigs so that they are found from any folder', () => {
		const ledger = openLedger(file, 'run-1');
		const relative = { ...namespace, kubeconfig: 'some/kubeconfig' };
		ledger.intend(relative);
		expect(ledger.standing()).to.deep.equal([{ ...namespace, kubeconfig: resolve('some/kubeconfig') }]);
		ledger.undone(relative);
		expect(ledger.standing()).to.deep.equal([]);
		ledger.close();
		expect(readLedger(file).standing).to.deep.equal([]);
	});

	it('never overwrites the ledger of another run, and refuses to go on when closed', () => {
		openLedger(file, 'run-0').close();
		const first = openLedger(file, 'run-1');
		first.intend(cluster);
		first.close();
		expect(() => openLedger(file, 'run-2').intend(cluster)).to.throw(GatecrashError, 'could not be written');
		const ledger = openLedger(join(folder, 'other.jsonl'), 'run-2');
		ledger.close();
		expect(() => ledger.intend(cluster)).to.throw(GatecrashError, 'could not be written');
	});

	it('holds what a killed process had said before its calls', async () => {
		const script = `
			import { openLedger } from ${JSON.stringify(join(root, 'src/run/ledger.ts'))};
			const ledger = openLedger(${JSON.stringify(file)}, 'killed');
			for (let index = 0; ; index += 1) {
				ledger.intend({ makes: 'container', engine: 'docker', name: 'c' + index });
				process.stdout.write(index + '\\n');
			}`;
		const program = join(folder, 'program.mts');
		writeFileSync(program, script);
		const child = spawn(process.execPath, ['--import', tsxLoader, program], { stdio: ['ignore', 'pipe', 'inherit'] });
		let said = '';
		child.stdout.setEncoding('utf8').on('data', (text: string) => {
			said += text;
			if (said.length > 200) child.kill('SIGKILL');
		});
		await once(child, 'close');
		const announced = said.split('\n').slice(0, -1).length;
		const read = readLedger(file);
		expect(announced).to.be.greaterThan(10);
		expect(read.standing.length).to.be.at.least(announced);
		expect(read.process && stateOf(read.process)).to.equal('dead');
	});
});

describe('process mark', () => {
	it('knows itself alive, an ended process dead, a reused number dead, and another machine unknown', () => {
		const mark = currentProcess();
		expect(stateOf(mark)).to.equal('alive');
		const pid = Number(execFileSync('sh', ['-c', 'echo $$'], { encoding: 'utf8' }));
		expect(stateOf({ ...mark, pid })).to.equal('dead');
		expect(stateOf({ ...mark, started: '1' })).to.equal('dead');
		expect(stateOf({ ...mark, boot: 'before' })).to.equal('dead');
		expect(stateOf({ ...mark, host: 'elsewhere' })).to.equal('unknown');
	});
});
