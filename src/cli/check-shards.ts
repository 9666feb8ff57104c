import { isDeepStrictEqual } from 'node:util';
import type { ClusterFacts } from '../model/cluster.ts';
import type { RecordedShard } from './read-shard.ts';

/** Everything that is wrong with these runs as the shards of one run, as sentences. `first` is what others are held against. */
export function checkShards(shards: readonly RecordedShard[]): string[] {
	const alone = shards.flatMap(checkAlone);
	const parts = shards.filter(({ plan }) => plan.shard !== undefined);
	const [first, ...others] = parts;
	if (!first) return alone;
	return [...alone, ...others.flatMap((other) => compare(first, other)), ...checkComplete(parts, first)];
}

function checkAlone({ folder, plan, began, damaged }: RecordedShard): string[] {
	return [
		...(plan.shard === undefined ? [`${folder} is no shard: it was run without --shard`] : []),
		...(began === undefined ? [`${folder} has no history that says when it began`] : []),
		...(damaged.length > 0 ? [`${folder}/history.jsonl is damaged in line ${damaged.slice(0, 5).join(', ')}`] : []),
	];
}

/** What has to be the same for them to be parts of one run. */
function compare(one: RecordedShard, other: RecordedShard): string[] {
	const differs = (what: string, left: unknown, right: unknown) =>
		isDeepStrictEqual(left, right) ? [] : [`${other.folder} has ${what} than ${one.folder}`];
	const [shard, otherShard] = [one.plan.shard, other.plan.shard];
	const foreign = shard?.whole !== otherShard?.whole || shard?.of !== otherShard?.of;
	return [
		...(foreign
			? [
					`${other.folder} (shard ${otherShard?.index} of ${otherShard?.of}) is no part of the same run as ${one.folder} (shard ${shard?.index} of ${shard?.of}): they were planned from other files, flags or capabilities`,
				]
			: []),
		...differs('another version of gatecrash', one.began?.version, other.began?.version),
		...(one.cluster && other.cluster
			? differs('another cluster', comparable(one.cluster.facts), comparable(other.cluster.facts))
			: []),
		...(one.cluster && other.cluster
			? differs('another kind of baseline', one.cluster.baseline, other.cluster.baseline)
			: []),
		...differs('other waivers or another baseline', one.gate, other.gate),
	];
}

/** Facts that decide what is enforced. What each took to come up, and what it noticed meanwhile, may differ. */
function comparable({ phases: _phases, notes: _notes, warnings: _warnings, ranges: _ranges, ...facts }: ClusterFacts) {
	return facts;
}

/** Each part once. */
function checkComplete(shards: readonly RecordedShard[], first: RecordedShard): string[] {
	const of = first.plan.shard?.of ?? 0;
	const same = shards.filter(({ plan }) => plan.shard?.of === of && plan.shard.whole === first.plan.shard?.whole);
	return Array.from({ length: of }, (_, place) => place + 1).flatMap((index) => {
		const found = same.filter(({ plan }) => plan.shard?.index === index);
		if (found.length === 1) return [];
		if (found.length === 0) return [`shard ${index} of ${of} is missing`];
		return [`shard ${index} of ${of} is there ${found.length} times: ${found.map(({ folder }) => folder).join(', ')}`];
	});
}
