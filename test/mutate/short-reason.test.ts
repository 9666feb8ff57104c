import { expect } from 'chai';
import { shortReason } from '../../src/mutate/short-reason.ts';

describe('why an attempt expects what it does, in a few words', () => {
	const nobody = ['egress: no policy selects web', 'ingress: external/other is no pod'];
	const ruleOfEgress = 'egress: shop/dns-only egress[0].to[0] allows the way to web on 53/udp';
	const ruleOfIngress = 'ingress: shop/open ingress[0] allows client on 53/udp';
	const none = ['ingress: web is selected by shop/a, shop/b, and no rule of them allows client on 80/tcp'];
	const mesh = 'mesh: PeerAuthentication shop/default (spec.mtls.mode: STRICT): app takes no plaintext on port 80';

	it('nobody is selected; which rules allow it; none does', () => {
		expect(shortReason('allowed', [nobody])).to.equal('no policy selects either end');
		expect(shortReason('allowed', [[ruleOfEgress, 'ingress: no policy selects web']])).to.equal('dns-only allows it');
		expect(shortReason('allowed', [[ruleOfEgress, ruleOfIngress]])).to.equal('dns-only and open allow it');
		expect(shortReason('blocked', [none])).to.equal('no rule allows it');
	});

	it('what a mesh or a security group says, where that decides', () => {
		const text = 'PeerAuthentication shop/default (spec.mtls.mode: STRICT): app takes no plaintext on port 80';
		expect(shortReason('blocked', [[mesh]])).to.equal(text);
		expect(shortReason('allowed', [[ruleOfEgress, 'mesh: app accepts a certificate of the mesh']])).to.equal(
			'dns-only allows it',
		);
		expect(shortReason('allowed', [[...nobody, 'security groups: within a node they are not applied']])).to.equal(
			'within a node they are not applied',
		);
	});

	it('of several targets: the same, or what is true of all', () => {
		expect(shortReason('allowed', [nobody, nobody])).to.equal('no policy selects either end');
		expect(shortReason('allowed', [nobody, [ruleOfEgress]])).to.equal('the rules allow it');
		expect(shortReason('blocked', [none, [mesh]])).to.equal('no rule allows it');
	});
});
