import { expect } from 'chai';
import type { CellVerdict, RunVerdicts } from '../../src/model/verdict.ts';
import { junitPieces } from '../../src/report/junit.ts';
import { tapPieces } from '../../src/report/tap.ts';
import { sampleCell, sampleRun, sampleScenario } from './sample-verdicts.ts';

/** Of its name nobody may ask: whoever does has come to it. */
function lastCell(): CellVerdict {
	return Object.defineProperty(sampleCell(), 'id', {
		get: () => {
			throw new Error('it came to the last cell');
		},
	});
}

const formats: Record<string, (run: RunVerdicts) => Iterable<string>> = { JUnit: junitPieces, TAP: tapPieces };

describe('a report in pieces', () => {
	for (const [name, piecesOf] of Object.entries(formats))
		it(`${name} makes the lines of a cell when they are asked for, and keeps none`, () => {
			const first = sampleScenario('one', [sampleCell({ id: 'one/a' }), sampleCell({ id: 'one/b' })]);
			const pieces: string[] = [];
			const run = sampleRun([first, { ...sampleScenario('two', [sampleCell()]), cells: [lastCell()] }]);
			const readAll = () => {
				for (const piece of piecesOf(run)) pieces.push(piece);
			};
			expect(readAll).to.throw('it came to the last cell');
			expect(pieces.join('')).to.match(/one\/a.*\n(.*\n)*.*one\/b.*\n(.*\n)*.*two/);
			for (const piece of pieces) expect(piece.match(/\n/g) ?? []).to.have.length(1);
		});
});
