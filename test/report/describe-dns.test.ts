import { expect } from 'chai';
import type { DnsObserved } from '../../src/model/verdict.ts';
import { describeAnswers, describeQuestion, describeTransport } from '../../src/report/describe-dns.ts';

const query = { over: 'https', name: '$(token).outside.gatecrash.test', type: 'TXT', edns: 1232 } as const;
const closed: DnsObserved = {
	...{ reach: 'no', resolve: 'no', carry: { out: 'no', in: 'no' }, broughtBy: [] },
	...{ bytes: { out: 0, in: 0 }, perSecond: { out: 0, in: 0 } },
};

describe('what is told of DNS queries', () => {
	it('how it was asked, and what', () => {
		expect(describeTransport(query)).to.equal('dns over HTTPS');
		expect(describeQuestion(query)).to.equal('TXT');
		expect(describeQuestion({ ...query, size: 1500 })).to.equal('TXT of 1500 bytes');
	});

	it('three answers, never merged', () => {
		expect(describeAnswers(closed)).to.equal('reach no; resolve no; carry out no, in no');
		const relayed: DnsObserved = {
			...{ reach: 'no', resolve: 'yes', carry: { out: 'yes', in: 'yes' }, broughtBy: ['node/a'] },
			...{ bytes: { out: 72, in: 900 }, perSecond: { out: 7200, in: 90_000 } },
		};
		expect(describeAnswers(relayed)).to.equal(
			'reach no; resolve yes; carry out yes (72 characters, 7200/s), in yes (900 bytes, 90000/s); brought by node/a',
		);
	});

	it('a name of the cluster carries nothing anywhere', () => {
		const { carry: _, ...rest } = closed;
		expect(describeAnswers({ ...rest, reach: 'yes', resolve: 'yes' })).to.equal('reach yes; resolve yes');
	});
});
