import { expect } from 'chai';
import { clientTls, readDestinationRule } from '../../../../src/cluster/netns/mesh/destination-rule.ts';

const rule = (host: string, spec: object, namespace = 'shop') =>
	readDestinationRule({
		apiVersion: 'networking.istio.io/v1',
		kind: 'DestinationRule',
		metadata: { name: 'rule', namespace },
		spec: { host, ...spec },
	});
const tls = (mode: string) => ({ trafficPolicy: { tls: { mode } } });
const app = { name: 'app', namespace: 'shop', port: 80 };
/** What a client of `front` does. */
const mode = (...rules: ReturnType<typeof rule>[]) => clientTls('front', app, rules, 'istio-system');

describe('DestinationRules in the embedded mesh', () => {
	it('mean a host by its short name in their own namespace, by its whole name, and by an asterisk', () => {
		expect(mode(rule('app', tls('DISABLE')))).to.equal('DISABLE');
		expect(mode(rule('app.shop.svc.cluster.local', tls('SIMPLE')))).to.equal('SIMPLE');
		expect(mode(rule('*.shop.svc.cluster.local', tls('DISABLE')))).to.equal('DISABLE');
		expect(mode(rule('app', tls('DISABLE'), 'front'))).to.equal(undefined);
		expect(mode(rule('other', tls('DISABLE')))).to.equal(undefined);
	});

	it('of the client win over those of the Service, and these over those of the mesh', () => {
		const host = 'app.shop.svc.cluster.local';
		const [client, service, mesh] = [
			rule(host, tls('SIMPLE'), 'front'),
			rule(host, tls('DISABLE')),
			rule(host, tls('ISTIO_MUTUAL'), 'istio-system'),
		];
		expect(mode(mesh, service, client)).to.equal('SIMPLE');
		expect(mode(mesh, service)).to.equal('DISABLE');
		expect(mode(mesh)).to.equal('ISTIO_MUTUAL');
		expect(mode(rule(host, tls('DISABLE'), 'elsewhere'))).to.equal(undefined);
	});

	it('may say something else of one port, which takes the place of the whole', () => {
		const portLevelSettings = [{ port: { number: 80 }, tls: { mode: 'DISABLE' } }, { port: { number: 81 } }];
		const both = rule('app', { trafficPolicy: { tls: { mode: 'SIMPLE' }, portLevelSettings } });
		expect(mode(both)).to.equal('DISABLE');
		expect(clientTls('shop', { ...app, port: 81 }, [both], 'istio-system')).to.equal(undefined);
		expect(clientTls('shop', { ...app, port: 82 }, [both], 'istio-system')).to.equal('SIMPLE');
	});

	it('are refused where they ask for more than is done', () => {
		expect(() => rule('app', tls('MUTUAL'))).to.throw(/DestinationRule shop\/rule is not valid/);
		expect(() => rule('app', { subsets: [] })).to.throw(/is not valid/);
	});
});
