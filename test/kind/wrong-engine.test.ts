import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from 'chai';
import { twoClients } from '../e2e/support/two-pods.ts';
import { kubectl, onNode } from './support/cluster.ts';
import { run, workFolder } from './support/gatecrash.ts';

const withService = twoClients({
	extra: '  services:\n    server: {namespace: shop, selector: {app: server}, ports: [{port: 80, targetPort: 80}]}',
	attempts: `
  attempts:
    - {from: friend, to: server, expect: allowed}
    - {from: friend, to: "svc/server:80", expect: allowed}
    - {from: stranger, to: server, expect: blocked}`,
});

describe('an engine that is made wrong on purpose', function () {
	this.timeout(300_000);
	const file = join(workFolder, 'two-clients.yaml');
	before(() => writeFile(file, withService));

	it('is enforced as long as nobody interferes', async () => {
		const { exitCode, cell } = await run([file]);
		expect(exitCode).to.equal(0);
		expect(cell('stranger→server:80/tcp')).to.include({ verdict: 'enforced', proof: 'bracketed' });
	});

	it('a policy deleted behind the harness’s back is a leak', async () => {
		const act = () => kubectl('delete', 'networkpolicy', '--namespace', 'shop', '--all', '--wait');
		const { exitCode, cell } = await run([file], { phase: 'settling', act }, '--settle', '5s');
		expect(cell('stranger→server:80/tcp').verdict).to.equal('leak');
		expect(exitCode).to.equal(1);
	});

	it('a rule on the node that accepts everything is a leak', async () => {
		const rule = ['FORWARD', '-j', 'ACCEPT'];
		// Once the policy is there: programming it, Calico puts its own rules first again.
		const act = () => onNode('iptables', '-I', ...rule);
		try {
			const { exitCode, cell } = await run([file], { phase: 'settling', act }, '--settle', '4s');
			expect(cell('stranger→server:53/udp').verdict).to.equal('leak');
			expect(exitCode).to.equal(1);
		} finally {
			await onNode('iptables', '-D', ...rule);
		}
	});

	it('Services that break after the baseline are broken paths, and the others are judged as before', async () => {
		const act = () => onNode('iptables', '-t', 'nat', '-F', 'KUBE-SERVICES');
		const { exitCode, cell } = await run([file], { phase: 'settling', act });
		expect(exitCode).to.be.oneOf([1, 2]);
		expect(cell('friend→svc/server:80/tcp').verdict).to.be.oneOf(['broken', 'inconclusive']);
		await kubectl('rollout', 'restart', 'daemonset/kube-proxy', '--namespace', 'kube-system');
		await kubectl('rollout', 'status', 'daemonset/kube-proxy', '--namespace', 'kube-system', '--timeout=120s');
	});

	it('calico-node deleted before the policy is applied: never 0', async () => {
		const daemonSet = await kubectl(
			'get',
			'daemonset',
			'calico-node',
			'--namespace',
			'kube-system',
			'--output',
			'json',
		);
		await onNode('sh', '-c', `cat > /tmp/calico-node.json <<'END'\n${daemonSet}\nEND`);
		await kubectl('delete', 'daemonset', 'calico-node', '--namespace', 'kube-system', '--wait');
		try {
			const { exitCode } = await run([file], undefined, '--settle', '5s');
			expect(exitCode).to.be.oneOf([1, 2, 3]);
		} finally {
			await kubectl('create', '--filename', '/tmp/calico-node.json');
			await kubectl('rollout', 'status', 'daemonset/calico-node', '--namespace', 'kube-system', '--timeout=180s');
		}
	});
});
