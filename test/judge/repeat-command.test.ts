import { expect } from 'chai';
import { repeatCommand } from '../../src/judge/repeat-command.ts';

describe('the command that repeats one cell', () => {
	const id = 'shop/connect/a→b:80/tcp/ipv4';

	it('names the file and the cell, and the cluster where it is another than the default', () => {
		const embedded = `npx gatecrash run shop.yaml --grep '${id}'`;
		expect(repeatCommand('shop.yaml', id, undefined)).to.equal(embedded);
		expect(repeatCommand('shop.yaml', id, { name: 'embedded', injected: [] })).to.equal(embedded);
		expect(repeatCommand('shop.yaml', id, { name: 'kind-calico', injected: [] })).to.equal(
			`${embedded} --cluster kind-calico`,
		);
	});

	it('takes along the bugs that were injected, and not what a test tampered with', () => {
		const injected = ['except-ignored', 'ipv6-unfiltered', 'tamper: insert rule'];
		expect(repeatCommand('shop.yaml', id, { name: 'embedded', injected })).to.equal(
			`npx gatecrash run shop.yaml --grep '${id}' --inject except-ignored --inject ipv6-unfiltered`,
		);
	});

	it('is quoted for a shell', () => {
		expect(repeatCommand("it's here.yaml", id, undefined)).to.include(`run 'it'\\''s here.yaml' --grep`);
	});
});
