import { request } from 'node:http';
import { text } from 'node:stream/consumers';
import { z } from 'zod';
import { secretNames } from './secrets.ts';

/** How long Envoy may take for one answer, milliseconds. */
const answerBound = 5000;

/** What Envoy says of its listeners and clusters. */
export interface EnvoyState {
	/** Versions of what it took last. */
	listeners: string;
	clusters: string;
	certificate: string;
	authority: string;
	/** How often it refused what it was given. */
	refused: number;
	/** Everything it took is in force with its worker, and nothing of what was before is left. */
	settled: boolean;
}

/** Asks Envoy over its admin socket. Rejects with the system's error while there is nobody. */
export async function readEnvoyState(socketPath: string): Promise<EnvoyState> {
	const stats = parseStats(await ask(socketPath, '/stats?filter=^(listener_manager|cluster_manager|sds)\\.'));
	const number = (name: string) => Number(stats.get(name) ?? 0);
	const own = `sds.${secretNames.certificate}`;
	const trusted = `sds.${secretNames.authority}`;
	const managers = ['listener_manager.lds', 'cluster_manager.cds', own, trusted];
	const changes = number('listener_manager.listener_added') + number('listener_manager.listener_modified');
	const left = ['total_listeners_warming', 'total_listeners_draining', 'total_filter_chains_draining'];
	return {
		listeners: stats.get('listener_manager.lds.version_text') ?? '',
		clusters: stats.get('cluster_manager.cds.version_text') ?? '',
		certificate: stats.get(`${own}.version_text`) ?? '',
		authority: stats.get(`${trusted}.version_text`) ?? '',
		refused: managers
			.map((name) => number(`${name}.update_rejected`) + number(`${name}.update_failure`))
			.reduce((sum, one) => sum + one, 0),
		settled:
			number('listener_manager.workers_started') === 1 &&
			// One worker says once of each listener that it has it now.
			number('listener_manager.listener_create_success') >= changes &&
			left.every((name) => number(`listener_manager.${name}`) === 0) &&
			number('cluster_manager.warming_clusters') === 0,
	};
}

const certs = z.object({
	certificates: z.array(z.object({ cert_chain: z.array(z.object({ serial_number: z.string() })).nullish() })),
});

/** Serial number of the certificate that Envoy shows now, by its own word; undefined where it has none. */
export async function readShownSerial(socketPath: string): Promise<string | undefined> {
	const { certificates } = certs.parse(JSON.parse(await ask(socketPath, '/certs')));
	return certificates.flatMap(({ cert_chain: chain }) => chain?.[0]?.serial_number ?? [])[0];
}

function parseStats(body: string): Map<string, string> {
	const lines = body.split('\n').flatMap((line) => {
		const match = /^(\S+): "?(.*?)"?$/.exec(line);
		return match ? [[match[1] ?? '', match[2] ?? ''] as const] : [];
	});
	return new Map(lines);
}

async function ask(socketPath: string, path: string): Promise<string> {
	return new Promise((resolve, reject) => {
		const asked = request({ socketPath, path, agent: false, timeout: answerBound }, (response) => {
			text(response).then(resolve, reject);
		});
		asked.once('timeout', () => asked.destroy(new Error('Envoy does not answer')));
		asked.once('error', reject);
		asked.end();
	});
}
