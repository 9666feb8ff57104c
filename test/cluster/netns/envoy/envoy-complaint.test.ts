import { expect } from 'chai';
import { readComplaint } from '../../../../src/cluster/netns/envoy/envoy-complaint.ts';

/** As Envoy 1.40.0 says it with `max_user_instances` used up; the address of each frame is cut. */
const inotifyUsedUp = `[2026-11-28 18:56:58.030][18][critical][assert] [source/common/filesystem/inotify/watcher_impl.cc:25] assert failure: inotify_fd_ >= 0. Details: Consider increasing value of fs.inotify.max_user_watches and/or fs.inotify.max_user_instances via sysctl
[2026-11-28 18:56:58.030][18][error][envoy_bug] [./source/common/common/assert.h:60] stacktrace for envoy bug
[2026-11-28 18:56:58.050][18][error][envoy_bug] [./source/common/common/assert.h:66] #0 UNKNOWN [0x5638]
`;

describe('the complaint of an Envoy', () => {
	it('is told without the frames of its stack, and with what to do', () => {
		const { text, hint } = readComplaint(inotifyUsedUp);
		expect(text)
			.to.match(/assert failure: inotify_fd_/)
			.and.not.match(/UNKNOWN|stacktrace/);
		expect(hint).to.match(/sysctl -w fs\.inotify\.max_user_instances=\d+/);
	});

	it('is told as it is where nobody knows more', () => {
		expect(readComplaint(' Unable to parse JSON\n')).to.deep.equal({ text: 'Unable to parse JSON' });
	});
});
