import { expect } from 'chai';
import { calibrate, longestWait } from '../../src/run/calibration.ts';

const timing = { settle: 2000, hold: 200, waitFloor: 250, linger: 100 };

describe('calibration', () => {
	it('waits three times the slowest control, not less than the floor, not as long as the SYN retransmission', () => {
		expect(calibrate([1, 2, 3], timing)).to.deep.equal({ wait: 250, floor: 250, samples: 3, median: 2, slowest: 3 });
		expect(calibrate([5, 120, 7], timing).wait).to.equal(360);
		expect(calibrate([800], timing).wait).to.equal(longestWait);
		expect(longestWait).to.be.below(1000);
	});

	it('waits as long as it can when there is no control to go by', () => {
		expect(calibrate([], timing)).to.include({ wait: longestWait, samples: 0 });
	});
});
