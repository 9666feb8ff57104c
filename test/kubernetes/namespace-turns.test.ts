import { setImmediate as turn } from 'node:timers/promises';
import { expect } from 'chai';
import { NamespaceTurns } from '../../src/cluster/kubernetes/namespace-turns.ts';

const quiet = new AbortController().signal;

describe('namespaces in turns', () => {
	it('lets scenarios with other namespaces go on, and those with the same one wait', async () => {
		const turns = new NamespaceTurns();
		const order: string[] = [];
		const take = async (name: string, namespaces: string[], alone = false) => {
			const release = await turns.take({ namespaces, alone }, quiet);
			order.push(name);
			return release;
		};
		const first = await take('first', ['x', 'y']);
		const second = take('second', ['y', 'z']);
		const third = take('third', ['z']);
		await take('fourth', ['w']);
		expect(order, 'third waits behind second, which asked before it').to.deep.equal(['first', 'fourth']);
		first();
		(await second)();
		await third;
		expect(order).to.deep.equal(['first', 'fourth', 'second', 'third']);
	});

	it('gives a scenario that acts on the whole cluster everything for itself', async () => {
		const turns = new NamespaceTurns();
		const release = await turns.take({ namespaces: ['x'], alone: false }, quiet);
		let granted = false;
		const alone = turns.take({ namespaces: ['y'], alone: true }, quiet).then((free) => {
			granted = true;
			return free;
		});
		let after = false;
		const later = turns.take({ namespaces: ['z'], alone: false }, quiet).then(() => {
			after = true;
		});
		await turn();
		expect([granted, after]).to.deep.equal([false, false]);
		release();
		release();
		const free = await alone;
		await turn();
		expect(after).to.equal(false);
		free();
		await later;
	});

	it('lets nobody wait for one that gave up', async () => {
		const turns = new NamespaceTurns();
		const release = await turns.take({ namespaces: ['x'], alone: false }, quiet);
		const controller = new AbortController();
		const given = turns.take({ namespaces: ['x', 'y'], alone: false }, controller.signal).then(
			() => 'granted',
			() => 'gave up',
		);
		const behind = turns.take({ namespaces: ['y'], alone: false }, quiet);
		controller.abort();
		expect(await given).to.equal('gave up');
		await behind;
		release();
	});
});
