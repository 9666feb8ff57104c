import { expect } from 'chai';
import { gridsOf, letters } from '../../src/report/grid.ts';
import { allowedCell, leakedCell, sampleCell } from './sample-verdicts.ts';

describe('grids', () => {
	const draw = (...cells: Parameters<typeof gridsOf>[0]): string[] =>
		gridsOf(cells).map((grid) =>
			grid.rows.map((row) => grid.columns.map((column) => letters(grid.at(row, column)) || '_').join(' ')).join('|'),
		);

	it('merges families that agree and shows both where they differ', () => {
		expect(draw(sampleCell(), sampleCell({ family: 'ipv6' }))).to.deep.equal(['■']);
		expect(draw(leakedCell({ family: 'ipv6' }), sampleCell({ family: 'ipv4' }))).to.deep.equal(['■L']);
	});

	it('shows the worst of several cells on one square', () => {
		expect(draw(sampleCell(), leakedCell(), sampleCell())).to.deep.equal(['L']);
	});

	it('never hides a difference between ports by merging them', () => {
		const far = Array.from({ length: 12 }, (_, index) => `some-target-${index}`);
		const cells = [80, 81, 82].flatMap((port) =>
			far.map((to) => (port === 81 && to === far[3] ? leakedCell({ port, to }) : sampleCell({ port, to }))),
		);
		expect(gridsOf(cells).map((grid) => grid.ports)).to.deep.equal([['80/tcp', '82/tcp'], ['81/tcp']]);
	});

	it('keeps phases apart', () => {
		expect(draw(allowedCell({ phase: 'before' }), sampleCell({ phase: 'after' }))).to.deep.equal(['·', '■']);
	});

	it('names the ports in the columns where there are few', () => {
		const [grid] = gridsOf([sampleCell({ port: 80 }), sampleCell({ port: 53, protocol: 'udp' })]);
		expect(grid?.columns).to.deep.equal(['app-one:80', 'app-one:53/udp']);
	});
});
