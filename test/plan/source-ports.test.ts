import { expect } from 'chai';
import { SourcePorts } from '../../src/plan/source-ports.ts';

describe('source ports', () => {
	it('gives out no port twice for one owner, protocol and family, and skips what is reserved', () => {
		const ports = new SourcePorts();
		ports.reserve('pod/a', 1025);
		const taken = Array.from({ length: 3 }, () => ports.take('pod/a', 'tcp', 'ipv4'));
		expect(taken).to.deep.equal([1024, 1026, 1027]);
		expect(ports.take('pod/a', 'udp', 'ipv4')).to.equal(1024);
		expect(ports.take('pod/a', 'tcp', 'ipv6')).to.equal(1024);
		expect(ports.take('pod/b', 'tcp', 'ipv4')).to.equal(1024);
	});

	it('gives consecutive ports without a reserved one among them', () => {
		const ports = new SourcePorts();
		ports.reserve('pod/a', 1030);
		expect(ports.take('pod/a', 'tcp', 'ipv4', 10)).to.equal(1031);
		expect(ports.take('pod/a', 'tcp', 'ipv4')).to.equal(1041);
	});

	it('gives an owner no other ports than those that it may have', () => {
		const ports = new SourcePorts();
		ports.within('pod/a', { first: 5120, last: 5122 });
		ports.reserve('pod/a', 5121);
		const taken = Array.from({ length: 3 }, () => ports.take('pod/a', 'tcp', 'ipv4'));
		expect(taken).to.deep.equal([5120, 5122, undefined]);
		expect(ports.take('pod/b', 'tcp', 'ipv4')).to.equal(1024);
	});

	it('says when the range is used up instead of using a port again', () => {
		const ports = new SourcePorts();
		expect(ports.take('pod/a', 'tcp', 'ipv4', 64_512)).to.equal(1024);
		expect(ports.take('pod/a', 'tcp', 'ipv4')).to.equal(undefined);
	});
});
