import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from 'chai';
import { execa } from 'execa';
import { listKindClusters } from '../../../src/cluster/kind/kind-clusters.ts';
import { testKubeconfig } from './which-cluster.ts';

/** Another cluster than the suite's own, to work on a test with: GATECRASH_TEST_KUBECONFIG. */
export const isOwnCluster = process.env.GATECRASH_TEST_KUBECONFIG === undefined;
export const adminKubeconfig = process.env.GATECRASH_TEST_KUBECONFIG ?? testKubeconfig;

/** kubectl on the cluster's first node, as its administrator; `input` is what `-f -` reads. */
export async function admin(args: string[], input = ''): Promise<string> {
	const command = ['exec', '--interactive', nodeName(), 'kubectl', '--kubeconfig', '/etc/kubernetes/admin.conf'];
	const { stdout } = await execa('docker', [...command, ...args], { input });
	return stdout;
}

export async function apply(...objects: object[]): Promise<void> {
	const items = { apiVersion: 'v1', kind: 'List', items: objects };
	await admin(['apply', '-f', '-'], JSON.stringify(items));
}

/** What comes and goes by itself. */
const fleeting = /^(events|leases|componentstatuses|blockaffinities|ipamblocks|ipamhandles)\b/;

/** Every object of the cluster, as `kind namespace/name uid`, but for what comes and goes by itself. */
export async function objects(): Promise<string[]> {
	const kinds = (await admin(['api-resources', '--verbs=list', '--output=name'])).split('\n');
	const stable = kinds.filter((kind) => kind !== '' && !fleeting.test(kind));
	const columns = 'custom-columns=K:.kind,NS:.metadata.namespace,N:.metadata.name,U:.metadata.uid';
	const text = await admin(['get', stable.join(','), '--all-namespaces', '--no-headers', '--output', columns]);
	return text
		.split('\n')
		.map((line) => line.replaceAll(/\s+/g, ' ').trim())
		.filter((line) => line !== '')
		.sort();
}

/** Every object, once nothing is on its way out any more: what earlier tests removed may take a while to go. */
export async function objectsAtRest(): Promise<string[]> {
	for (let waited = 0; waited < 120; waited += 1) {
		const phases = await admin(['get', 'namespaces', '--output', 'jsonpath={.items[*].status.phase}']);
		const first = await objects();
		await sleep(1000);
		const second = await objects();
		if (!phases.includes('Terminating') && first.join() === second.join()) return second;
	}
	throw new Error('the cluster does not come to rest');
}

/** Names of all containers and kind clusters of this machine. */
export async function machine(): Promise<string[]> {
	const containers = await execa('docker', ['ps', '--all', '--format', 'container {{.Names}}']);
	const clusters = await listKindClusters();
	return [...containers.stdout.split('\n'), ...clusters.map((name) => `kind cluster ${name}`)]
		.filter((line) => line !== '')
		.sort();
}

/** On a machine where others work at the same time: lines that are theirs. */
const ofOthers =
	process.env.GATECRASH_TEST_IGNORE === undefined ? undefined : new RegExp(process.env.GATECRASH_TEST_IGNORE);

/** Some of what a removed object leads to (EndpointSlices, a namespace's own objects) follows within seconds. */
export async function expectUnchanged(before: string[], read: () => Promise<string[]>, what: string): Promise<void> {
	const difference = async () => {
		const now = await read();
		const more = now.filter((one) => !before.includes(one));
		const less = before.filter((one) => !now.includes(one));
		return { more: more.filter((one) => !ofOthers?.test(one)), less: less.filter((one) => !ofOthers?.test(one)) };
	};
	let left = await difference();
	for (let waited = 0; waited < 20 && left.more.length + left.less.length > 0; waited += 1) {
		await sleep(500);
		left = await difference();
	}
	expect(left, what).to.deep.equal({ more: [], less: [] });
}

export function nodeName(): string {
	const name = /^current-context: kind-(.*)$/m.exec(readFileSync(adminKubeconfig, 'utf8'))?.[1];
	if (name === undefined) throw new Error(`${adminKubeconfig} is not of kind`);
	return `${name}-control-plane`;
}
