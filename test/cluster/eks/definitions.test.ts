import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { Ajv } from 'ajv';
import { expect } from 'chai';
import { parse } from 'yaml';
import { clusterConfig } from '../../../src/cluster/eks/cluster-config.ts';
import { definedClusters, readDefinition } from '../../../src/cluster/read-definition.ts';
import { eksDefinition } from './support/definition.ts';

/** eksctl's own schema (Apache-2.0), which is data of this project's workplace and no part of it. */
const schemaFile = fileURLToPath(new URL('../../../../shared/eks/eksctl-schema.json', import.meta.url));
const identity = { name: 'gatecrash-20260101-120000-1a2b3c', region: 'eu-west-1', tags: { 'gatecrash.dev/run': 'x' } };

interface Rendered {
	metadata: { name: string; region: string; version: string; tags: Record<string, string> };
	addons: { name: string; version: string; configurationValues?: string }[];
	managedNodeGroups: { disablePodIMDS: boolean; instanceType: string }[];
}

const wanted = ['eks-calico', 'eks-istio', 'eks-security-groups-for-pods', 'eks-vpc-cni', 'eks-vpc-cni-strict'];

async function rendered(name: string): Promise<Rendered> {
	return parse(clusterConfig((await readDefinition(name)).definition, identity)) as Rendered;
}

describe('definitions of EKS clusters', () => {
	it('are five', async () => {
		expect((await definedClusters()).filter((name) => name.startsWith('eks-'))).to.deep.equal(wanted);
	});

	it('become ClusterConfigs that are valid by eksctl’s schema', async function () {
		if (!existsSync(schemaFile)) {
			console.error('      skipped: eksctl’s schema is not at ../shared/eks/eksctl-schema.json');
			return this.skip();
		}
		const ajv = new Ajv({ strict: false, allErrors: true });
		const validate = ajv.compile(JSON.parse(readFileSync(schemaFile, 'utf8')) as object);
		for (const name of wanted) {
			const config = await rendered(name);
			expect(validate(config), `${name}: ${ajv.errorsText(validate.errors)}`).to.equal(true);
			// What the schema does not know it refuses: so it is really asked.
			expect(validate({ ...config, managedNodeGroup: [] })).to.equal(false);
		}
	});

	for (const name of wanted) {
		it(`${name} pins every add-on, keeps pods from the node’s role, and carries our tags`, async () => {
			const config = await rendered(name);
			expect(config.metadata).to.deep.include({ ...identity, version: '1.35' });
			expect(config.addons.map((one) => one.name)).to.have.members(['vpc-cni', 'coredns', 'kube-proxy']);
			for (const { version } of config.addons) expect(version).to.match(/^v\d+\.\d+\.\d+-eksbuild\.\d+$/);
			// eksctl makes IMDSv2 with hop limit 1 of it.
			for (const group of config.managedNodeGroups) expect(group.disablePodIMDS).to.equal(true);
		});
	}

	it('say their modes to the VPC CNI plugin in JSON', async () => {
		const values = async (name: string) =>
			JSON.parse((await rendered(name)).addons.find((one) => one.name === 'vpc-cni')?.configurationValues ?? '{}') as {
				enableNetworkPolicy: string;
				env?: Record<string, string>;
			};
		expect(await values('eks-vpc-cni')).to.deep.include({
			enableNetworkPolicy: 'true',
			env: { NETWORK_POLICY_ENFORCING_MODE: 'standard' },
		});
		expect((await values('eks-vpc-cni-strict')).env).to.deep.equal({ NETWORK_POLICY_ENFORCING_MODE: 'strict' });
		expect((await values('eks-security-groups-for-pods')).env).to.deep.equal({
			NETWORK_POLICY_ENFORCING_MODE: 'standard',
			ENABLE_POD_ENI: 'true',
			POD_SECURITY_GROUP_ENFORCING_MODE: 'standard',
		});
		expect((await values('eks-calico')).enableNetworkPolicy).to.equal('false');
	});

	it('can’t make a cluster look like somebody else’s', () => {
		const definition = eksDefinition((spec) => {
			spec.config.metadata = { version: '1.35', tags: { 'gatecrash.dev/run': 'other', team: 'net' } };
		});
		const { tags } = (parse(clusterConfig(definition, identity)) as Rendered).metadata;
		expect(tags).to.deep.equal({ 'gatecrash.dev/run': 'x', team: 'net' });
	});
});
