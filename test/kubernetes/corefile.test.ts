import { expect } from 'chai';
import { forwardingTo } from '../../src/cluster/kubernetes/corefile.ts';

/** As kubeadm writes it, shortened. */
const kubeadm = `.:53 {
    errors
    kubernetes cluster.local in-addr.arpa ip6.arpa {
       pods insecure
    }
    forward . /etc/resolv.conf {
       max_concurrent 1000
    }
    cache 30
}
`;

describe('a Corefile that leads to our resolver', () => {
	it('passes on to it alone, and says everything else as before', () => {
		expect(forwardingTo(kubeadm, '172.18.255.253')).to.equal(
			kubeadm.replace(
				'forward . /etc/resolv.conf {\n       max_concurrent 1000\n    }',
				'forward . 172.18.255.253 {\n       max_fails 0\n    }',
			),
		);
	});

	it('leaves no way to anybody else: other zones, several resolvers, TLS', () => {
		const corefile = `.:53 {
	forward . tls://9.9.9.9 tls://149.112.112.112 {
		tls_servername dns.quad9.net
	}
	# forward . 1.1.1.1
}
corp.example:53 {
	forward corp.example 10.0.0.53 10.0.0.54 # ours
	cache
}`;
		const rewritten = forwardingTo(corefile, 'fd00::53:2');
		expect(rewritten.match(/^\s*forward .*/gm)?.map((line) => line.trim())).to.deep.equal([
			'forward . fd00::53:2 {',
			'forward corp.example fd00::53:2 {',
		]);
		expect(rewritten).not.to.match(/9\.9\.9|10\.0\.0|quad9/);
		expect(rewritten).to.include('\tcache\n}').and.to.include('# forward . 1.1.1.1');
		expect(rewritten.match(/\{/g)).to.have.length(rewritten.match(/\}/g)?.length ?? 0);
	});

	it('is refused where nothing is passed on, so that nobody believes that it was', () => {
		expect(() => forwardingTo('.:53 {\n    errors\n}\n', '172.18.255.253')).to.throw(/has no forward/);
	});
});
