import { expect } from 'chai';
import type { Candidate } from '../../src/generate/chosen.ts';
import { Cover } from '../../src/generate/cover.ts';
import type { Connection } from '../../src/policy/world.ts';
import type { Attempt } from '../../src/mutate/paths.ts';
import type { Found } from '../../src/mutate/search.ts';

function candidate(from: string, ...keys: string[]): Candidate {
	const connection: Connection = {
		...{ from: { kind: 'pod', name: from }, to: { kind: 'pod', name: 'web' } },
		...{ port: 80, protocol: 'tcp', family: 'ipv4' },
	};
	const attempt: Attempt = { connection, listened: true, speaks: 'tcp' };
	const found: Found = { attempt, family: 'ipv4', before: 'blocked', after: 'allowed', everywhere: 'blocked' };
	return { attempt, tells: new Map(keys.map((key) => [key, found])) };
}

const namesOf = ({ chosen }: Cover) => chosen.map(({ attempt }) => attempt.connection.from.name);

describe('a cover of mistakes by attempts', () => {
	it('takes what tells most, then what tells more, and nothing that tells nothing new', () => {
		const cover = new Cover(['a', 'b', 'c', 'web']);
		cover.takeBest([candidate('a', '1', '2'), candidate('b', '1', '2', '3'), candidate('c', '4')]);
		expect(namesOf(cover)).to.deep.equal(['b', 'c']);
		expect(['1', '2', '3', '4', '5'].map((key) => cover.isTold(key))).to.deep.equal([true, true, true, true, false]);
	});

	it('of two that tell as much takes the one whose pods are there', () => {
		const cover = new Cover(['b', 'web']);
		cover.takeBest([candidate('a', '1'), candidate('b', '1')]);
		expect(namesOf(cover)).to.deep.equal(['b']);
	});

	it('leaves out what others make superfluous, and does not count what is of no interest', () => {
		const cover = new Cover([]);
		for (const one of [candidate('a', '1'), candidate('b', '2', 'x'), candidate('c', '1', '2')]) cover.take(one);
		cover.reduce(new Set(['1', '2']));
		expect(namesOf(cover)).to.deep.equal(['c']);
		const needed = new Cover([]);
		for (const one of [candidate('a', '1'), candidate('b', '2', 'x'), candidate('c', '1', '2')]) needed.take(one);
		needed.reduce(new Set(['1', '2', 'x']));
		expect(new Set(needed.chosen.flatMap(({ tells }) => [...tells.keys()]))).to.deep.equal(new Set(['1', '2', 'x']));
		expect(needed.chosen).to.have.length(2);
	});
});
