import { expect } from 'chai';
import { runScoped, verbatim } from '../../src/cluster/kubernetes/naming.ts';

describe('names of namespaces', () => {
	it('are kept on clusters of the run’s own', () => {
		expect(verbatim.namespace('shop', 2)).to.equal('shop');
	});

	it('carry the run’s id elsewhere, within 63 characters and without becoming the same', () => {
		const { namespace } = runScoped('20261121-041500-abc123');
		expect(namespace('shop')).to.equal('gc-abc123-shop');
		expect(namespace('shop', 3)).to.equal('gc-abc123-shop-3');
		const long = ['a', 'b'].map((end) => namespace(`${'n'.repeat(62)}${end}`));
		for (const name of long) expect(name).to.match(/^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/);
		expect(long[0]).not.to.equal(long[1]);
	});
});
