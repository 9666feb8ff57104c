import { AssertionError, expect, use } from 'chai';
import gatecrash, { AttemptedRun } from '../../src/testing/chai.ts';
import {
	allowedCell,
	brokenCell,
	inconclusiveCell,
	leakedCell,
	sampleCell,
	sampleRun,
	sampleScenario,
} from '../report/sample-verdicts.ts';

use(gatecrash);

const run = new AttemptedRun(
	sampleRun([
		sampleScenario('one', [
			sampleCell({ from: 'shut' }),
			allowedCell({ from: 'open' }),
			leakedCell({ from: 'leaky' }),
			brokenCell({ from: 'broken' }),
			inconclusiveCell({ from: 'unclear' }),
			sampleCell({ from: 'left-out', verdict: 'skipped' }),
			sampleCell({ from: 'half' }),
			leakedCell({ from: 'half', family: 'ipv6' }),
		]),
	]),
);
const path = (from: string) => run.path(from, 'app-one:80');

function failureOf(check: () => void): InstanceType<typeof AssertionError> {
	try {
		check();
	} catch (error) {
		if (error instanceof AssertionError) return error;
		throw error;
	}
	throw new Error('it passed');
}

describe('gatecrash/chai', () => {
	it('says what is blocked, allowed, enforced and leaking', () => {
		expect(path('shut')).to.be.blocked;
		expect(path('shut')).to.be.enforced;
		expect(path('shut')).to.not.be.allowed;
		expect(path('open')).to.be.allowed;
		expect(path('open')).to.not.be.blocked;
		expect(path('leaky')).to.be.leaking;
		expect(path('leaky')).to.be.allowed;
		expect(path('leaky')).to.not.be.blocked;
		expect(path('leaky')).to.not.be.enforced;
		expect(path('broken')).to.not.be.enforced;
		expect(run.path('half', 'app-one', { family: 'ipv4' })).to.be.blocked;
		expect(run.case('one/connect/shut→app-one:80/tcp/ipv4')).to.be.blocked;
	});

	it('an inconclusive path is neither blocked nor not blocked', () => {
		for (const from of ['unclear', 'left-out']) {
			failureOf(() => expect(path(from)).to.be.blocked);
			failureOf(() => expect(path(from)).to.not.be.blocked);
			failureOf(() => expect(path(from)).to.be.allowed);
			failureOf(() => expect(path(from)).to.not.be.allowed);
			failureOf(() => expect(path(from)).to.not.be.enforced);
		}
		// Nobody showed that it was open before.
		failureOf(() => expect(path('broken')).to.be.blocked);
		failureOf(() => expect(path('broken')).to.be.allowed);
	});

	it('asks it of every cell of a path, and says what is wrong with which', () => {
		const error = failureOf(() => expect(path('half')).to.be.blocked);
		expect(error.message)
			.to.match(/^expected half → app-one:80 to be blocked\nleak: half → app-one:80\/tcp, ipv6\n/)
			.and.include('the token came back from the target in 3 of 3 tries [token-returned]')
			.and.match(/repeat: gatecrash run/)
			.and.not.include('app-one:80/tcp, ipv4');
		expect(error).to.deep.include({
			expected: { 'half → app-one:80/tcp, ipv4': 'blocked', 'half → app-one:80/tcp, ipv6': 'blocked' },
			actual: { 'half → app-one:80/tcp, ipv4': 'blocked', 'half → app-one:80/tcp, ipv6': 'leak, open' },
		});
	});

	it('knows no path that was not attempted, and takes nothing else for one', () => {
		expect(() => path('nobody')).to.throw(/nothing was attempted from nobody to app-one:80/);
		expect(() => run.path('shut', 'app-one:81')).to.throw(/nothing was attempted/);
		expect(() => run.case('one/else')).to.throw(/there is no case one\/else/);
		expect(failureOf(() => expect('shut').to.be.blocked).message).to.match(/is for paths of a gatecrash run/);
	});
});
