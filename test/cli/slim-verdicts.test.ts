import { expect } from 'chai';
import { slimScenario } from '../../src/cli/slim-verdicts.ts';
import type { CellVerdict } from '../../src/model/verdict.ts';
import { groupFindings } from '../../src/report/findings.ts';
import { renderMarkdown } from '../../src/report/markdown.ts';
import { renderSarif } from '../../src/report/sarif.ts';
import { leakedCell, sampleCell, sampleRun, sampleScenario } from '../report/sample-verdicts.ts';

/** Cells that fail in one way, then one that fails in another. */
function manyAndOne(): CellVerdict[] {
	const alike = Array.from({ length: 10 }, (_, index) => leakedCell({ id: `shop/many-${index}` }));
	return [...alike, sampleCell(), leakedCell({ id: 'shop/one', verdict: 'broken', diagnosis: undefined })];
}

describe('slim verdicts', () => {
	it('keep the first cell of each group whole, however many failed before it', () => {
		const scenario = sampleScenario('shop', manyAndOne());
		const slim = slimScenario(scenario, 2);
		const firsts = groupFindings(sampleRun([slim])).map(({ first }) => first);
		expect(firsts.map(({ id }) => id)).to.deep.equal(['shop/many-0', 'shop/one']);
		expect(firsts).to.deep.equal([scenario.cells[0], scenario.cells[11]]);
		expect(slim.cells.filter(({ evidence }) => evidence.length > 0).map(({ id }) => id)).to.deep.equal([
			...['shop/many-0', 'shop/many-1'],
			'shop/one',
		]);
	});

	it('keep what reports say of each failing cell but its evidence and controls', () => {
		const scenario = sampleScenario('shop', manyAndOne());
		const slim = slimScenario(scenario, 0);
		for (const [index, { controls: _controls, evidence: _evidence, ...cell }] of scenario.cells.entries()) {
			if (cell.verdict !== 'enforced') expect(slim.cells[index]).to.deep.include(cell);
		}
		expect(renderMarkdown(sampleRun([slim]))).to.equal(renderMarkdown(sampleRun([scenario])));
		const withoutEvidence = (text: string) => text.replace(/"evidence": ".*"/g, '');
		expect(withoutEvidence(renderSarif(sampleRun([slim])))).to.equal(
			withoutEvidence(renderSarif(sampleRun([scenario]))),
		);
	});

	it('hold equal values once', () => {
		const { cells } = slimScenario(sampleScenario('shop', structuredClone(manyAndOne())), 0);
		const [, one, other] = cells;
		expect(one?.reasons).to.equal(other?.reasons);
		expect(one?.prediction).to.equal(other?.prediction);
		expect(one?.position).to.equal(other?.position);
		expect(one?.observed.outcomes).to.equal(other?.observed.outcomes);
	});
});
