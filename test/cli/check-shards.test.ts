import { expect } from 'chai';
import { checkShards } from '../../src/cli/check-shards.ts';
import type { RecordedShard } from '../../src/cli/read-shard.ts';
import type { ClusterFacts } from '../../src/model/cluster.ts';
import { sampleRun } from '../report/sample-verdicts.ts';

function shard(index: number, given: Partial<RecordedShard> = {}, facts: Partial<ClusterFacts> = {}): RecordedShard {
	const cluster = { ...(sampleRun([]).cluster as ClusterFacts), ...facts };
	return {
		folder: `runs/${index}`,
		history: `runs/${index}/history.jsonl`,
		plan: { schemaVersion: 1, scenarios: [], shard: { index, of: 3, scenarios: ['a', 'b', 'c'], whole: 'digest' } },
		gate: { waivers: [] },
		began: { n: 1, at: 0, is: 'run-began', schemaVersion: 1, run: `r${index}`, version: '1', startedAt: '' },
		cluster: { n: 2, at: 0, is: 'cluster', facts: cluster, baseline: 'no-policies' },
		ended: undefined,
		damaged: [],
		...given,
	};
}
const planOf = (index: number, of: number, whole: string) => ({
	plan: { schemaVersion: 1 as const, scenarios: [], shard: { index, of, scenarios: [], whole } },
});

describe('runs as shards of one run', () => {
	it('all of them, each once, in any order, are right', () => {
		expect(checkShards([shard(3), shard(1), shard(2)])).to.deep.equal([]);
	});

	it('what each took and warned of may differ', () => {
		const slow = { phases: [{ phase: 'up', duration: 9 }], warnings: ['slow'], notes: ['n'], ranges: {} };
		expect(checkShards([shard(1), shard(2, {}, slow), shard(3)])).to.deep.equal([]);
	});

	it('every missing and doubled one is named', () => {
		expect(checkShards([shard(2), shard(2, { folder: 'copy' })])).to.deep.equal([
			'shard 1 of 3 is missing',
			'shard 2 of 3 is there 2 times: runs/2, copy',
			'shard 3 of 3 is missing',
		]);
	});

	const one: Record<string, [RecordedShard, RegExp]> = {
		'of other files': [shard(2, planOf(2, 3, 'other')), /runs\/2 .*is no part of the same run as runs\/1/],
		'of another number of parts': [shard(2, planOf(2, 4, 'digest')), /is no part of the same run/],
		'without --shard': [shard(2, { plan: { schemaVersion: 1, scenarios: [] } }), /runs\/2 is no shard/],
		'of another version': [
			shard(2, { began: { n: 1, at: 0, is: 'run-began', schemaVersion: 1, run: 'r', version: '2', startedAt: '' } }),
			/another version of gatecrash/,
		],
		'without a history': [shard(2, { began: undefined }), /no history/],
		'of another cluster': [shard(2, {}, { enforcers: ['calico v3.30'] }), /another cluster/],
		'with a bug injected': [shard(2, {}, { injected: ['except-ignored'] }), /another cluster/],
		'with other waivers': [shard(2, { gate: { waivers: [], baseline: { run: 'x', cells: {} } } }), /other waivers/],
		'with a damaged history': [shard(2, { damaged: [7] }), /damaged in line 7/],
	};
	for (const [name, [foreign, says]] of Object.entries(one)) {
		it(`one ${name} is refused`, () => {
			expect(checkShards([shard(1), foreign, shard(3)]).join('\n')).to.match(says);
		});
	}
});
