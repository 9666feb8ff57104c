import { expect } from 'chai';
import { compilePolicies } from '../../src/policy/compile-policies.ts';
import { connection, policy, smallWorld } from './small-world.ts';

const denyIn = policy('podSelector: {}\npolicyTypes: [Ingress]');

function other(apiVersion: string, kind: string, namespace?: string) {
	return { apiVersion, kind, metadata: { name: 'other', ...(namespace !== undefined && { namespace }) }, spec: {} };
}

function predict(policies: Parameters<typeof compilePolicies>[0], path: string, world = smallWorld()) {
	return compilePolicies(policies, world).predict(connection(path));
}

describe('what cannot be predicted', () => {
	it('a policy of a kind that is not evaluated makes its namespace unknown, and names itself', () => {
		const cilium = other('cilium.io/v2', 'CiliumNetworkPolicy', 'shop');
		const { verdict, because } = predict([cilium], 'admin→web:80');
		expect(verdict).to.equal('unknown');
		expect(because.join()).to.include('CiliumNetworkPolicy shop/other may act on it');
		expect(predict([cilium], 'admin→resolver:53').verdict).to.equal('allowed');
		// Calico's NetworkPolicy has the same kind as Kubernetes' own.
		const calico = other('projectcalico.org/v3', 'NetworkPolicy', 'shop');
		expect(predict([denyIn, calico], 'admin→web:80').verdict).to.equal('unknown');
	});

	it('a policy of the whole cluster makes every pod unknown, and nothing that is no pod', () => {
		for (const kind of ['ClusterNetworkPolicy', 'AdminNetworkPolicy', 'BaselineAdminNetworkPolicy']) {
			const tier = other('policy.networking.k8s.io/v1alpha1', kind);
			expect(predict([denyIn, tier], 'admin→web:80').verdict, kind).to.equal('unknown');
			expect(predict([tier], 'node/a→external/internet:80').verdict, kind).to.equal('allowed');
		}
		// Istio's kinds are evaluated; they act on nothing that has no sidecar.
		const mesh = other('security.istio.io/v1', 'PeerAuthentication', 'istio-system');
		expect(predict([mesh], 'admin→resolver:53').verdict).to.equal('allowed');
	});

	it('what one end forbids for certain is blocked, whatever the other end is', () => {
		const cilium = other('cilium.io/v2', 'CiliumNetworkPolicy', 'ops');
		expect(predict([denyIn, cilium], 'admin→web:80').verdict).to.equal('blocked');
	});

	it('policies of a namespace that was there before were not read', () => {
		const world = smallWorld();
		world.namespaces.shop!.foreign = true;
		expect(predict([denyIn], 'admin→web:80', world).verdict).to.equal('unknown');
	});

	it('where pods run, when a node sends', () => {
		const world = smallWorld();
		const { node: _, ...somewhere } = world.pods.web!;
		world.pods.web = somewhere;
		expect(predict([denyIn], 'node/a→web:80', world).verdict).to.equal('unknown');
		expect(predict([], 'node/a→web:80', world).verdict).to.equal('allowed');
		world.pods.web = { ...somewhere, apartFrom: ['api'] };
		expect(predict([denyIn], 'node/a→web:80', world).verdict).to.equal('blocked');
		world.pods.web = { ...somewhere, nodeGroup: 'g' };
		world.pods['host-here'] = { ...world.pods['host-here']!, nodeGroup: 'g' };
		delete world.pods['host-here'].node;
		expect(predict([denyIn], 'host-here→web:80', world).verdict).to.equal('open');
	});

	it('a pod that does not exist, and one that has completed', () => {
		const world = smallWorld();
		expect(predict([], 'ghost→web:80', world).verdict).to.equal('unknown');
		expect(predict([], 'web→ghost:80', world).verdict).to.equal('unknown');
		world.pods.web!.ended = true;
		expect(predict([], 'admin→web:80', world).verdict).to.equal('unknown');
	});
});

describe('predictions of Services', () => {
	const world = () => {
		const small = smallWorld();
		// A second pod behind the Service `fronts`.
		small.pods.second = { ...small.pods.web!, labels: { app: 'second', tier: 'front' } };
		return small;
	};

	it('say that they are mixed when pods behind it differ, and ask for the pods themselves', () => {
		const onlySecond = policy('podSelector: {matchLabels: {app: web}}\npolicyTypes: [Ingress]');
		const { prediction, mixed } = compilePolicies([onlySecond], world()).explain(connection('admin→svc/fronts:80'));
		expect(mixed).to.equal(true);
		expect(prediction.verdict).to.equal('unknown');
		expect(prediction.because[0]).to.equal('allowed to second, but not to web: attempt the pods themselves');
	});

	it('are those of all pods behind it, when they agree', () => {
		const { prediction, ways } = compilePolicies([denyIn], world()).explain(connection('admin→svc/fronts:80'));
		expect(ways.map(({ to, verdict }) => [to, verdict])).to.deep.equal([
			['web', 'blocked'],
			['second', 'blocked'],
		]);
		expect(prediction.verdict).to.equal('blocked');
	});

	it('are unknown with no pod, no selector or no such port', () => {
		const verdictOf = (path: string) => predict([denyIn], path, world()).verdict;
		expect(verdictOf('admin→svc/all:80')).to.equal('unknown');
		expect(verdictOf('admin→svc/fronts:81')).to.equal('unknown');
		expect(verdictOf('admin→svc/web:8000/udp')).to.equal('unknown');
	});
});
