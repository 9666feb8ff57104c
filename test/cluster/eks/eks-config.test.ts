import { expect } from 'chai';
import { parseClusterDefinition } from '../../../src/cluster/cluster-definition.ts';
import { canTrunk } from '../../../src/cluster/eks/trunking.ts';
import { GatecrashError } from '../../../src/model/gatecrash-error.ts';
import { eksText, type Spec } from './support/definition.ts';

function problems(text: string): string {
	try {
		parseClusterDefinition(text, 'mine.yaml');
		return 'none';
	} catch (error) {
		expect(error).to.be.instanceOf(GatecrashError).with.property('code', 'GC_USAGE');
		return (error as Error).message;
	}
}

function changed(change: (spec: Spec) => void): string {
	return problems(eksText(change));
}

describe('the configuration of an EKS cluster', () => {
	it('is taken as it should be', () => {
		expect(changed(() => {})).to.equal('none');
	});

	it('names each setting that the VPC CNI plugin does not have, with file, line and column', () => {
		const text = eksText().replace(
			'          enableNetworkPolicy: "true"',
			['enableNetworkPolicy: "true"', 'enableNetworkPolicies: "true"', 'env: {NETWORK_POLICY_MODE: strict}']
				.map((line) => `          ${line}`)
				.join('\n'),
		);
		const lines = text.split('\n');
		const lineOf = (part: string) => lines.findIndex((line) => line.includes(part)) + 1;
		const found = problems(text);
		expect(found).to.include(
			`mine.yaml:${lineOf('enableNetworkPolicies')}:34: spec.config.addons.0.configurationValues.enableNetworkPolicies: is no setting of the add-on vpc-cni`,
		);
		expect(found).to.include(
			`mine.yaml:${lineOf('NETWORK_POLICY_MODE')}:38: spec.config.addons.0.configurationValues.env.NETWORK_POLICY_MODE: is no setting`,
		);
		// All at once.
		expect(found.split('\n')).to.have.length(3);
	});

	it('is looked at inside of a text, too', () => {
		const values = '{"enableNetworkPolicy": "true", "enableNetworkPolicies": "true"}';
		const found = changed((spec) => (spec.config.addons[0]!.configurationValues = values));
		expect(found).to.match(/mine\.yaml:\d+:\d+: .*enableNetworkPolicies: is no setting of the add-on vpc-cni/);
	});

	it('wants texts where EKS does', () => {
		const found = changed((spec) => (spec.config.addons[0]!.configurationValues = { enableNetworkPolicy: true }));
		expect(found).to.include('is the text "true", in quotes');
	});

	for (const [what, change, why] of [
		[
			'an add-on without a version',
			(spec: Spec) => delete spec.config.addons[0]!.version,
			'add-on versions are pinned',
		],
		['a name', (spec: Spec) => (spec.config.metadata['name'] = 'mine'), 'is made by gatecrash'],
		['no version of Kubernetes', (spec: Spec) => delete spec.config.metadata['version'], 'the version of Kubernetes'],
		['self-managed nodes', (spec: Spec) => (spec.config['nodeGroups'] = []), 'use managedNodeGroups'],
		['Fargate', (spec: Spec) => (spec.config['fargateProfiles'] = []), 'probe pods need nodes'],
		['another number of nodes', (spec: Spec) => (spec.nodes = 3), 'has 1 nodes, but nodes is 3'],
		[
			'a mode that is not configured',
			(spec: Spec) => spec.provides.push('strict-enforcing-mode'),
			'it provides strict-enforcing-mode, but NETWORK_POLICY_ENFORCING_MODE is standard',
		],
		[
			'security groups without trunk interfaces',
			(spec: Spec) => {
				spec.provides.push('security-groups-for-pods');
				spec.config.addons[0]!.configurationValues = { env: { ENABLE_POD_ENI: 'true' } };
				spec.config.managedNodeGroups[0]!['instanceType'] = 't3.large';
			},
			't3.large can’t carry trunk interfaces'.replace('’', "'"),
		],
		[
			'a hop limit that is not there',
			(spec: Spec) => {
				spec.provides.push('imds-hop-limit');
				delete spec.config.managedNodeGroups[0]!['disablePodIMDS'];
			},
			'disablePodIMDS is not true for all node groups',
		],
	] as const) {
		it(`refuses ${what}`, () => {
			expect(changed(change)).to.include(why);
		});
	}
});

describe('trunk interfaces', () => {
	it('are a matter of the instance type', () => {
		expect(['m5.large', 'm6i.large', 'c7g.large', 'i3.metal', 'i4i.xlarge'].filter((type) => !canTrunk(type))).to.be
			.empty;
		expect(['t3.large', 't4g.medium', 'm4.large', 'i3.large', 'i4i.large'].filter(canTrunk)).to.be.empty;
	});
});
