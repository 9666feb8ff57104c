import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from 'chai';
import { type Change, chaosScenario, historyOf, isEvent } from './support/chaos-scenario.ts';
import { kubectl, onNode } from './support/cluster.ts';
import { type Finished, run, runsFolder, workFolder } from './support/gatecrash.ts';

/** What a fault has to be seen to do, and undo. */
const faults: Record<string, { for: string; injected: RegExp; healed: RegExp }> = {
	'restart-enforcer': {
		for: '1s',
		injected: /last process of pod kube-system\/calico-node-\S+ on \S+ ended/,
		healed: /^DaemonSet kube-system\/calico-node is ready with calico-node-/,
	},
	'kill-enforcer': {
		for: '4s',
		injected: /last process of pod kube-system\/calico-node-\S+ on \S+ ended/,
		healed: /^DaemonSet kube-system\/calico-node is ready with calico-node-/,
	},
	'restart-dns': { for: '1s', injected: /coredns: 2 became 0/, healed: /coredns: 2 ready again/ },
	'restart-kubelet': {
		for: '2s',
		injected: /the kubelet of \S+, process \d+, ended/,
		healed: /kubelet of \S+ runs again/,
	},
	'restart-api-server': {
		for: '2s',
		injected: /kube-apiserver on \S+, process \d+, ended/,
		healed: /API server of \S+ runs again/,
	},
	'restart-node': { for: '1s', injected: /which is the node, was killed/, healed: /run again/ },
};

describe('faults on a real cluster', function () {
	this.timeout(300_000);
	let serial = 0;
	const attempted = async (text: string): Promise<Finished & { folder: string }> => {
		serial += 1;
		const file = join(workFolder, `chaos-${serial}.yaml`);
		await writeFile(file, text);
		const ended = await run([file]);
		return { ...ended, folder: join(runsFolder, ended.verdicts.run) };
	};
	const changes = (folder: string, action: string): Change[] =>
		historyOf(folder)
			.filter(isEvent('change'))
			.filter((change) => change.action === action && change.turn !== undefined);

	for (const [fault, { for: away, injected, healed }] of Object.entries(faults)) {
		it(`${fault}: is seen, and healed; nothing gets through, and the friend gets in again`, async () => {
			const { verdicts, cell, folder } = await attempted(chaosScenario({ fault, for: away }));
			const [injection] = changes(folder, 'inject');
			const [healing] = changes(folder, 'heal');
			expect(injection?.effects?.join('\n')).to.match(injected);
			expect(healing?.effects?.join('\n')).to.match(healed);
			expect(verdicts.scenarios[0]?.faults[0]).to.deep.include({ fault, name: fault });
			// A busy machine may leave too much of the time untried, and says so; it never makes a leak, nor a cut-off friend.
			for (const path of ['friend→web', 'stranger→web'])
				expect(cell(path).verdict, path).to.be.oneOf(['enforced', 'inconclusive']);
			expect(cell('friend→web').chaos?.allowed.time).to.be.above(0);
			expect(cell('stranger→web').observed.delivered).to.equal(0);
			expect(
				await kubectl(
					'get',
					'daemonset/calico-node',
					'--namespace=kube-system',
					'--output=jsonpath={.status.numberReady}',
				),
			).to.equal('1');
		});
	}

	it('probes go on while kubelet and API server are away, and tell afterwards, at times that are right', async () => {
		for (const fault of ['restart-kubelet', 'restart-api-server']) {
			const { cell, folder } = await attempted(chaosScenario({ fault, for: '3s' }));
			const [injection] = changes(folder, 'inject');
			const [healing] = changes(folder, 'heal');
			const [from, to] = [injection?.acknowledgedAt ?? 0, healing?.requestedAt ?? 0];
			expect(to - from, fault).to.be.above(2900);
			const tries = historyOf(folder)
				.filter(isEvent('tries'))
				.flatMap(({ base, tries: some }) => some.map(([, at]) => base + at));
			const meanwhile = tries.filter((at) => at > from && at < to).length;
			// Two paths, 20 times a second.
			expect(meanwhile, fault).to.be.above(20);
			const missing = cell('stranger→web').controls.filter(({ held }) => !held);
			expect(missing, fault).to.deep.equal([]);
			const clocks = historyOf(folder).filter(isEvent('clock'));
			for (const uid of new Set(clocks.map((reading) => reading.uid))) {
				const readings = clocks.filter((reading) => reading.uid === uid);
				const [first, last] = [readings[0], readings.at(-1)];
				expect(readings.length, uid).to.be.above(1);
				// The same clock was read before and after the break: what the two readings say agrees within their errors.
				const apart = Math.abs((last?.offset ?? 0) - (first?.offset ?? 0));
				expect(apart, uid).to.be.below((first?.error ?? 0) + (last?.error ?? 0) + 2);
			}
		}
	});

	it('a fault that found nothing to break is inconclusive', async () => {
		const scale = (replicas: number) =>
			kubectl('scale', 'deployment/coredns', '--namespace=kube-system', `--replicas=${replicas}`);
		await scale(0);
		try {
			const { exitCode, cell } = await attempted(chaosScenario({ fault: 'restart-dns', for: '200ms' }));
			expect(exitCode).to.equal(2);
			expect(cell('stranger→web').reasons.map(({ code }) => code)).to.include('fault-without-effect');
		} finally {
			await scale(2);
		}
	});

	it('a hole in the node’s rules is a leak window of its length', async () => {
		const file = join(workFolder, 'chaos-hole.yaml');
		await writeFile(file, chaosScenario({ fault: 'restart-kubelet', for: '4s', rate: '50/s', name: 'hole' }));
		// In nanoseconds, by the node's clock, when the rule was there at the latest and at the earliest again not.
		const script = 'iptables -I FORWARD 1 -j ACCEPT; date +%s%N; sleep 0.6; date +%s%N; iptables -D FORWARD -j ACCEPT';
		let hole = '';
		const act = async () => {
			await sleep(2500);
			hole = await onNode('sh', '-c', script);
		};
		const { cell } = await run([file], { phase: 'chaos: restart-kubelet', act });
		const [from = 0, to = 0] = hole.split('\n').map((text) => Number(text) / 1e6);
		const { verdict, reasons, chaos } = cell('stranger→web');
		expect(verdict).to.equal('leak');
		expect(reasons.map(({ code }) => code)).to.include('leak-window');
		const [window] = chaos?.leaks ?? [];
		expect(window?.atMost).to.be.above(to - from);
		// Setting and removing a rule takes time of its own.
		expect(window?.atLeast).to.be.below(to - from + 1000);
	});

	it('measures how fast a policy closes and opens on Calico', async () => {
		const text = chaosScenario({ fault: 'flip-policy', for: '1s', rate: '50/s', rounds: 3 });
		const { cell } = await attempted(text.replace('for: 1s', 'target: {policy: only-friends}\n      for: 1s'));
		const { chaos, verdict } = cell('stranger→web');
		expect(verdict).to.be.oneOf(['enforced', 'inconclusive']);
		expect(chaos?.closing?.samples).to.equal(3);
		expect(chaos?.opening?.samples).to.equal(3);
		expect(chaos?.clockError).to.be.below(50);
	});
});
