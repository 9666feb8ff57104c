import { expect } from 'chai';
import { renderJson } from '../../src/report/json.ts';
import { sampleRun, sampleScenario, sixPods } from './sample-verdicts.ts';

function reversed(value: unknown): unknown {
	if (Array.isArray(value)) return value.map(reversed);
	if (value === null || typeof value !== 'object') return value;
	return Object.fromEntries(
		Object.entries(value)
			.reverse()
			.map(([key, child]) => [key, reversed(child)]),
	);
}

describe('verdicts.json', () => {
	const run = sampleRun([sampleScenario('one', sixPods())]);

	it('is the same bytes whatever the order of the keys', () => {
		expect(renderJson(reversed(run) as typeof run)).to.equal(renderJson(run));
	});

	it('holds everything, and says its schema first', () => {
		const text = renderJson(run);
		expect(JSON.parse(text)).to.deep.equal(JSON.parse(JSON.stringify(run)));
		expect(text)
			.to.match(/^\{\n {2}"schemaVersion": 1,/)
			.and.match(/\n$/);
	});
});
