import { expect } from 'chai';
import { removeUntilGone, type State } from '../../../src/cluster/eks/cleaning/remove-until-gone.ts';
import { GatecrashError } from '../../../src/model/gatecrash-error.ts';

function awsError(name: string, message = name): Error {
	return Object.assign(new Error(message), { name, $metadata: {} });
}

/** Plays what AWS says, call by call; the last stays. */
interface Played<T> {
	(): Promise<T>;
	calls: number;
}

function played<T>(...answers: (T | Error)[]): Played<T> {
	const play = Object.assign(
		async () => {
			const answer = answers[Math.min(play.calls, answers.length - 1)];
			play.calls += 1;
			if (answer instanceof Error) throw answer;
			return answer as T;
		},
		{ calls: 0 },
	) as Played<T>;
	return play;
}

async function failure(removal: Promise<void>): Promise<GatecrashError> {
	const error = await removal.then(
		() => undefined,
		(reason: unknown) => reason,
	);
	expect(error).to.be.instanceOf(GatecrashError);
	return error as GatecrashError;
}

describe('removing something from AWS', () => {
	const what = 'stack x';
	const bound = 5000;

	it('is done when it is not found any more, and asks no more than once while AWS is at it', async () => {
		const remove = played<unknown>(undefined);
		const look = played<State>('going', 'going', awsError('ResourceNotFoundException'));
		await removeUntilGone({ what, remove, look, bound });
		expect([remove.calls, look.calls]).to.deep.equal([1, 3]);
	});

	it('is no failure where it is gone already', async () => {
		const look = played<State>('there');
		const gone = awsError('ValidationError', 'Stack with id x does not exist');
		await removeUntilGone({ what, remove: played<unknown>(gone), look, bound });
		expect(look.calls).to.equal(0);
	});

	it('is asked for again while something else uses it', async () => {
		const remove = played<unknown>(awsError('DependencyViolation', 'sg-1 has a dependent object'), undefined);
		await removeUntilGone({ what, remove, look: played<State>('there', 'gone'), bound });
		expect(remove.calls).to.equal(2);
	});

	it('says what keeps it when the bound has passed', async () => {
		const remove = played<unknown>(awsError('DependencyViolation', 'sg-1 has a dependent object'));
		const error = await failure(removeUntilGone({ what, remove, look: played<State>('there'), bound: 300 }));
		expect([error.code, error.message]).to.deep.equal([
			'GC_CLEANUP',
			'stack x could not be deleted: sg-1 has a dependent object',
		]);
	});

	it('is tried a few times where AWS itself gave up, and then says why', async () => {
		const remove = played<unknown>(undefined);
		const look = played<State>({ failed: 'the VPC has dependencies' });
		const error = await failure(removeUntilGone({ what, remove, look, bound: 60_000 }));
		expect(error.message).to.equal('stack x could not be deleted: the VPC has dependencies');
		expect(remove.calls).to.equal(4);
	});

	for (const [name, code, words] of [
		['AccessDenied', 'GC_NOT_PERMITTED', 'AWS refused to delete stack x'],
		['ExpiredToken', 'GC_NOT_PERMITTED', 'credentials have expired'],
		['InternalFailure', 'GC_CLUSTER', 'AWS failed to delete stack x'],
	] as const) {
		it(`ends at once with ${name}`, async () => {
			const remove = played<unknown>(awsError(name));
			const error = await failure(removeUntilGone({ what, remove, look: played<State>('there'), bound }));
			expect([error.code, remove.calls]).to.deep.equal([code, 1]);
			expect(error.message).to.include(words);
		});
	}

	it('lets a bug of ours be one', async () => {
		const removal = removeUntilGone({
			what,
			remove: played<unknown>(new TypeError('x')),
			look: played<State>('gone'),
			bound,
		});
		const error = await removal.catch((reason: unknown) => reason);
		expect(error).to.be.instanceOf(TypeError).and.not.instanceOf(GatecrashError);
	});
});
