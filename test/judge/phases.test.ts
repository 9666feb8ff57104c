import { expect } from 'chai';
import { phasesOf } from '../../src/judge/phases.ts';
import type { HistoryEvent } from '../../src/model/event.ts';

function events(...list: { at: number; is: string; [key: string]: unknown }[]): HistoryEvent[] {
	return list.map((event, index) => ({ n: index + 1, scenario: 's', ...event }) as unknown as HistoryEvent);
}

describe('phases of a scenario', () => {
	it('divide its time by what it was spent on, repeated steps together', () => {
		const recorded = events(
			{ at: 10, is: 'scenario-began' },
			{ at: 110, is: 'endpoint' },
			{ at: 150, is: 'epoch-began', epoch: 1, purpose: 'baseline' },
			{ at: 200, is: 'epoch-ended', epoch: 1 },
			{ at: 205, is: 'change', action: 'apply' },
			{ at: 206, is: 'epoch-began', epoch: 2, purpose: 'declared' },
			{ at: 256, is: 'epoch-ended', epoch: 2 },
			{ at: 260, is: 'change', action: 'apply' },
			{ at: 261, is: 'epoch-began', epoch: 3, purpose: 'declared' },
			{ at: 281, is: 'epoch-ended', epoch: 3 },
			{ at: 300.5, is: 'scenario-ended' },
		);
		expect(phasesOf(recorded)).to.deep.equal([
			{ phase: 'deploy', duration: 100 },
			{ phase: 'agents', duration: 40 },
			{ phase: 'baseline', duration: 50 },
			{ phase: 'apply', duration: 9 },
			{ phase: 'declared', duration: 72 },
			{ phase: 'take down', duration: 19.5 },
		]);
	});

	it('of a history that was cut off say what it holds, and nothing of what never was', () => {
		expect(phasesOf([])).to.deep.equal([]);
		expect(phasesOf(events({ at: 10, is: 'scenario-began' }, { at: 30, is: 'endpoint' }))).to.deep.equal([
			{ phase: 'deploy', duration: 20 },
		]);
	});
});
