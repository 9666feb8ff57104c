/**
 * `npm run test:kind`: the suite on real kind clusters. It needs ../shared/kind-offline; where that is missing it says so
 * in mocha's own words, so that a skipped suite is seen.
 */
import { execa } from 'execa';
import { hasKindOffline } from '../test/kind/support/offline.ts';

if (hasKindOffline()) {
	const files = process.argv.length > 2 ? process.argv.slice(2) : ['test/kind/**/*.test.ts'];
	// Once more for a test that failed: restarted API servers and busy machines make real clusters slow in ways that say
	// nothing about gatecrash. A test that fails twice is a failure.
	const bounds = ['--timeout', '300000', '--retries', '1', '--exit'];
	const args = ['--require', 'test/kind/support/cluster.ts', ...bounds, ...files];
	const { exitCode } = await execa('mocha', args, { preferLocal: true, stdio: 'inherit', reject: false });
	process.exitCode = exitCode ?? 1;
} else {
	process.stdout.write('The kind suite is skipped: ../shared/kind-offline is not here.\n\n  0 passing\n  1 pending\n');
}
