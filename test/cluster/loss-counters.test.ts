import { readFile } from 'node:fs/promises';
import { expect } from 'chai';
import { Fabric } from '../../src/cluster/netns/fabric.ts';
import { readLossCounters, sumLosses, sumStatistics } from '../../src/cluster/netns/loss-counters.ts';

describe('Loss counters', () => {
	it('are sums over processors of hexadecimal columns, found by name', () => {
		const column = sumStatistics(
			'entries  drop insert_failed\n0000000a  00000001 0000000f\n0000000b  00000010 00000001\n',
		);
		expect(['drop', 'insert_failed', 'entries', 'table_fulls'].map(column)).to.deep.equal([17, 16, 21, 0]);
	});

	it('have the columns that are read, in a fabric whose rules use conntrack', async () => {
		const fabric = await Fabric.start({ userNamespace: true, families: ['ipv4'] });
		try {
			const rules = 'table inet t {\nchain c {\ntype filter hook forward priority 0;\nct state new accept\n}\n}\n';
			await fabric.run(['nft', '-f', '-'], rules);
			const header = (await readFile(`/proc/${fabric.pid}/net/stat/nf_conntrack`, 'utf8')).split('\n')[0];
			expect(header?.split(/\s+/)).to.include.members(['insert_failed', 'drop', 'early_drop']);
			const none = { conntrackDrop: 0, conntrackInsertFailed: 0, neighbourTableFull: 0 };
			expect(readLossCounters(fabric.pid)).to.deep.equal(none);
		} finally {
			await fabric.close();
		}
	});

	it('of several namespaces are added up', () => {
		const one = { conntrackDrop: 1, conntrackInsertFailed: 2, neighbourTableFull: 3 };
		const other = { conntrackDrop: 10, conntrackInsertFailed: 0, neighbourTableFull: 4 };
		expect(sumLosses([one, other])).to.deep.equal({
			conntrackDrop: 11,
			conntrackInsertFailed: 2,
			neighbourTableFull: 7,
		});
	});
});
