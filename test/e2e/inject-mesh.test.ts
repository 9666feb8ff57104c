import { join } from 'node:path';
import { expect } from 'chai';
import { meshBugs } from '../../src/cluster/netns/bugs/mesh.ts';
import { findEnvoy } from '../../src/cluster/netns/envoy/envoy-binary.ts';
import type { RunVerdicts } from '../../src/model/verdict.ts';
import { makeSandbox, root } from '../cli/sandbox.ts';
import { gatecrashHere } from './support/in-process.ts';

/** A scenario of the catalogue in which each bug lets something in. */
const noticedBy: Record<string, string> = {
	'strict-as-permissive': 'strict-namespace',
	'port-mode-of-all-ports': 'port-exception',
	'port-mode-ignored': 'strict-port',
	'workload-policy-ignored': 'strict-workload',
	'namespace-policy-ignored': 'strict-namespace',
	'mesh-policy-ignored': 'strict-mesh',
	'unset-means-permissive': 'unset-inherits-from-mesh',
	'newest-policy-wins': 'older-policy-counts',
	'first-port-uncaptured': 'strict-namespace',
	'capture-late': 'strict-before-pod',
	'expired-certificate-accepted': 'certificate-validity',
	'wrong-ca-accepted': 'wrong-authority',
	'other-trust-domain-accepted': 'other-trust-domain',
	'certificate-not-demanded': 'no-certificate',
	'forged-identity-let-through': 'forged-identity-in-the-clear',
	'forged-identity-let-out': 'forged-identity-through-sidecar',
};

describe('gatecrash run scenarios/istio --inject', function () {
	this.timeout(60_000);
	let folder: string;
	let remove: () => void;
	before(function () {
		if (findEnvoy() === undefined) return this.skip();
		({ folder, remove } = makeSandbox());
	});
	after(() => remove?.());

	it('knows a scenario for every bug of the mesh', () => {
		expect(Object.keys(noticedBy).toSorted()).to.deep.equal(meshBugs.map(({ name }) => name).toSorted());
	});

	for (const [bug, scenario] of Object.entries(noticedBy)) {
		it(`${bug}: ${scenario} finds a leak and puts it down to the engine`, async () => {
			const file = join(root, `scenarios/istio/${scenario}.yaml`);
			const ended = await gatecrashHere(['run', file, '--json', '--out', folder, '--inject', bug]);
			expect(ended.code, ended.stderr).to.equal(1);
			const verdicts = JSON.parse(ended.stdout) as RunVerdicts;
			expect(verdicts.cluster?.injected).to.deep.equal([bug]);
			const leaks = verdicts.scenarios.flatMap(({ cells }) => cells).filter(({ verdict }) => verdict === 'leak');
			expect(leaks).to.have.length.greaterThan(0);
			// A client that goes past its sidecar can be read on the wire, of which policies' text says nothing.
			const answered = leaks.filter(({ reasons }) => reasons.every(({ code }) => code !== 'leak-readable'));
			expect(new Set(answered.map(({ diagnosis }) => diagnosis))).to.deep.equal(new Set(['engine']));
		});
	}
});
