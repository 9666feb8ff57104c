import { expect } from 'chai';
import type { Deployment } from '../../src/model/cluster.ts';
import { GatecrashError } from '../../src/model/gatecrash-error.ts';
import type { Cell } from '../../src/model/plan.ts';
import type { CertificateChoice } from '../../src/model/scenario.ts';
import { Certificates } from '../../src/run/certificates.ts';

function cell(from: string, certificate: CertificateChoice | undefined): Cell {
	const tls = certificate && { certificate, alpn: ['istio'] };
	return { from: { kind: 'pod', name: from }, ...(tls && { tls }) } as Cell;
}

/** A deployment that makes certificates, and what it was asked for. */
function authority(make?: (pod: string) => { chain: string; key: string }) {
	const asked: string[] = [];
	const deployment: Pick<Deployment, 'clientCertificate'> = {
		clientCertificate: async (pod, choice) => {
			asked.push(`${pod} ${choice}`);
			return make?.(pod) ?? { chain: `chain of ${pod}, ${choice}`, key: `key of ${pod}` };
		},
	};
	return { asked, certificates: new Certificates(deployment as Deployment) };
}

describe('client certificates of a run', () => {
	it('are made once for each pod and choice, whatever the number of cells and fetches', async () => {
		const { asked, certificates } = authority();
		const cells = [cell('a', 'valid'), cell('a', 'valid'), cell('a', 'expired'), cell('b', 'valid')];
		await certificates.fetch(cells);
		await certificates.fetch(cells);
		expect(asked).to.deep.equal(['a valid', 'a expired', 'b valid']);
		expect(certificates.of(cell('a', 'expired'))).to.deep.equal({
			alpn: ['istio'],
			certificate: { chain: 'chain of a, expired', key: 'key of a' },
		});
	});

	it('are not made for cells without TLS of their own, or without a certificate', async () => {
		const { asked, certificates } = authority();
		await certificates.fetch([cell('a', undefined), cell('a', 'none')]);
		expect(asked).to.deep.equal([]);
		expect(certificates.of(cell('a', undefined))).to.equal(undefined);
		expect(certificates.of(cell('a', 'none'))).to.deep.equal({ alpn: ['istio'] });
	});

	it('are missing, with the reason, where the cluster has no authority of ours', async () => {
		const certificates = new Certificates({} as Deployment);
		await certificates.fetch([cell('a', 'valid')]);
		expect(certificates.of(cell('a', 'valid'))?.certificate).to.deep.equal({
			missing: 'this cluster has no certificate authority of ours',
		});
		expect(certificates.of(cell('never-fetched', 'valid'))?.certificate).to.have.property('missing');
	});

	it('are missing where one cannot be made now, and are asked for again before the next attempts', async () => {
		let exists = false;
		const { certificates } = authority(() => {
			if (!exists) throw new GatecrashError('GC_CLUSTER', 'there is no pod a', {});
			return { chain: 'chain', key: 'key' };
		});
		await certificates.fetch([cell('a', 'valid')]);
		expect(certificates.of(cell('a', 'valid'))?.certificate).to.deep.equal({
			missing: 'no certificate could be made: there is no pod a',
		});
		exists = true;
		await certificates.fetch([cell('a', 'valid')]);
		expect(certificates.of(cell('a', 'valid'))?.certificate).to.have.property('chain', 'chain');
	});

	it('a bug of ours is no missing certificate', async () => {
		const { certificates } = authority(() => {
			throw new TypeError('oops');
		});
		const failure = await certificates.fetch([cell('a', 'valid')]).catch((error: unknown) => error);
		expect(failure).to.be.instanceOf(TypeError);
	});
});
