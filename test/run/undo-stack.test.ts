import { expect } from 'chai';
import { UndoStack } from '../../src/run/undo-stack.ts';

describe('undo stack', () => {
	it('undoes newest first, goes on after a failure and reports it', async () => {
		const undone: string[] = [];
		const stack = new UndoStack();
		stack.push('first', async () => void undone.push('first'));
		stack.push('second', async () => {
			throw new Error('no');
		});
		stack.push('third', async () => void undone.push('third'));
		const failures = await stack.unwind();
		expect(undone).to.deep.equal(['third', 'first']);
		expect(failures.map(({ name }) => name)).to.deep.equal(['second']);
		expect(await stack.unwind()).to.deep.equal([]);
	});
});
