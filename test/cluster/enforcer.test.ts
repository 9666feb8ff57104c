import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from 'chai';
import { policy, TestCluster } from './test-cluster.ts';
import { pod, workload } from './workload.ts';

const shop = () =>
	workload({
		pods: {
			client: pod('shop', 'client'),
			app: pod('shop', 'app', ['80/tcp']),
			late: pod('shop', 'client'),
		},
		initialPods: ['client', 'app'],
	});
const deny = { spec: { podSelector: { matchLabels: { app: 'app' } }, policyTypes: ['Ingress'] } };

describe('The enforcer of the embedded cluster', () => {
	const open: TestCluster[] = [];
	const start = async (...inject: string[]) => {
		const cluster = await TestCluster.start(shop(), { inject });
		open.push(cluster);
		await cluster.only(deny);
		return cluster;
	};
	const reaches = (cluster: TestCluster) => cluster.reaches('client', 'app', 80);
	afterEach(() => Promise.all(open.splice(0).map((cluster) => cluster.close())));

	it('leaves its rules in force when it is ended, and does what was asked meanwhile when it is back', async () => {
		const cluster = await start();
		const { deployment } = cluster;
		const ended = await deployment.inject?.('restart-enforcer');
		expect(ended?.effects.join()).to.match(/table gatecrash_policy_\d stayed in force/);
		expect(await reaches(cluster)).to.equal(false);
		const removed = await deployment.remove([policy(deny)]);
		expect(removed.level).to.equal('stored');
		expect(await reaches(cluster)).to.equal(false);
		const healed = await deployment.heal?.('restart-enforcer');
		expect(healed?.effects.join()).to.match(/started again/);
		expect(await reaches(cluster)).to.equal(true);
		expect((await deployment.heal?.('restart-enforcer'))?.effects).to.deep.equal([]);
	});

	it('gives no new pod a network while it is away: nobody could isolate it', async () => {
		const { deployment } = await start();
		await deployment.inject?.('restart-enforcer');
		expect(await deployment.createPods(['late'], {}).catch(String)).to.match(/late can’t be given a network/);
		await deployment.heal?.('restart-enforcer');
		await deployment.createPods(['late'], {});
	});

	it('takes its rules along where that is the fault, or the bug, and only then', async () => {
		for (const [fault, bugs] of [
			['flush-enforcer', []],
			['restart-enforcer', ['fail-open-on-restart']],
		] as const) {
			const cluster = await start(...bugs);
			const ended = await cluster.deployment.inject?.(fault);
			expect(ended?.effects.join()).to.match(/with it went table gatecrash_policy_\d/);
			expect(await reaches(cluster)).to.equal(true);
			await cluster.deployment.heal?.(fault);
			expect(await reaches(cluster)).to.equal(false);
		}
	});

	it('ends up with the right rules where it programs late, or with a gap (test/e2e/chaos.test.ts sees both)', async () => {
		const late = await start('late-programming');
		await sleep(1800);
		expect(await reaches(late)).to.equal(false);
		await late.deployment.remove([policy(deny)]);
		await sleep(1800);
		expect(await reaches(late)).to.equal(true);
		const gap = await start('flush-then-load');
		expect(await reaches(gap)).to.equal(false);
		const applied = gap.deployment.apply([policy(deny)]);
		await sleep(30);
		await applied;
		expect(await reaches(gap)).to.equal(false);
	});

	it('refuses a node that there is not', async () => {
		const { deployment } = await start();
		expect(await deployment.inject?.('restart-enforcer', 'b').catch(String)).to.match(/no node "b"/);
	});

	it('gives a pod the address of another one that is gone, when asked to', async () => {
		const { deployment } = await start();
		const addressOf = (name: string) =>
			deployment.endpoints().find((endpoint) => endpoint.name === name)?.addresses.ipv4;
		const before = addressOf('client');
		await deployment.removePods(['client']);
		await deployment.createPods(['late'], {}, 'client');
		expect(addressOf('late')).to.equal(before);
		await deployment.createPods(['client'], {}, 'client');
		expect(addressOf('client'), 'it is taken').to.not.equal(before);
	});
});
