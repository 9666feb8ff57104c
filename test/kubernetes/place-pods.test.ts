import { expect } from 'chai';
import { placePods } from '../../src/cluster/kubernetes/place-pods.ts';
import { GatecrashError } from '../../src/model/gatecrash-error.ts';
import { pod } from './pod-spec.ts';

const places = (...args: Parameters<typeof placePods>) => Object.fromEntries(placePods(...args));

describe('placement of pods', () => {
	it('leaves pods without a wish to the scheduler, unless another one depends on them', () => {
		expect(places({ one: pod(), two: pod() }, ['a', 'b'])).to.deep.equal({});
		const pods = { one: pod(), two: pod({ placement: { notOnNodeOf: 'one' } }), three: pod() };
		expect(places(pods, ['a', 'b'])).to.deep.equal({ one: 'a', two: 'b' });
	});

	it('follows chains of wishes', () => {
		const pods = {
			one: pod({ placement: { onNodeOf: 'two' } }),
			two: pod({ placement: { notOnNodeOf: 'three' } }),
			three: pod({ placement: { node: 'a' } }),
		};
		expect(places(pods, ['a', 'b'])).to.deep.equal({ one: 'b', two: 'b', three: 'a' });
	});

	it('goes by where a pod runs already', () => {
		const later = { late: pod({ placement: { notOnNodeOf: 'early' } }) };
		expect(places(later, ['a', 'b'], new Map([['early', 'b']]))).to.deep.equal({ late: 'a' });
	});

	it('says what can’t be had', () => {
		const fails = (pods: Parameters<typeof placePods>[0], pattern: RegExp) =>
			expect(() => placePods(pods, ['a'])).to.throw(GatecrashError, pattern);
		fails({ one: pod({ placement: { node: 'c' } }) }, /nodes a, not "c"/);
		fails({ one: pod(), two: pod({ placement: { notOnNodeOf: 'one' } }) }, /no node but the one of one/);
		fails(
			{ one: pod({ placement: { onNodeOf: 'two' } }), two: pod({ placement: { onNodeOf: 'one' } }) },
			/depends on itself/,
		);
	});
});
