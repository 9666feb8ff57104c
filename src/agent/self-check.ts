import { randomBytes } from 'node:crypto';
import { type SelfCheck, selfCheckPrefix } from '../model/agent.ts';
import { defaultEdns, type DnsQuestion, type DnsTransport, selfCheckZone } from '../model/dns.ts';
import { Conversation } from './conversation.ts';
import type { BoundListener } from './listeners.ts';
import type { Witness } from './witness.ts';

const deadline = 1000;

function selfCheckQuestion(over: DnsTransport): DnsQuestion {
	return { over, name: `$(token).${selfCheckZone}`, type: 'TXT', edns: defaultEdns };
}

/** Sends a token of our own to every socket of every listener, from within the pod. */
export function selfCheck(
	listeners: BoundListener[],
	witness: Witness,
	key: Buffer,
	uid: string,
): Promise<SelfCheck[]> {
	return Promise.all(
		listeners.map(async ({ listen, family, addresses }): Promise<SelfCheck> => {
			const { port, protocol } = listen;
			const problems = await Promise.all(addresses.map((address) => tryOne(address)));
			const detail = problems.find((problem) => problem !== undefined);
			return { port, protocol, family, ok: detail === undefined, ...(detail !== undefined && { detail }) };

			function tryOne(address: string): Promise<string | undefined> {
				const token = `${selfCheckPrefix}${randomBytes(12).toString('hex')}`;
				witness.own.add(token);
				const conversation = new Conversation(
					{
						token,
						protocol,
						speaks: listen.speaks,
						family,
						source: { port: 0 },
						destination: { address, port },
						delay: 0,
						deadline,
						...(listen.resolves && { dns: selfCheckQuestion(listen.resolves) }),
						...(listen.first === 'server' && { greeting: deadline }),
					},
					key,
				);
				return new Promise((resolve) => {
					conversation.begin(({ outcome }) => {
						conversation.close();
						witness.own.delete(token);
						const ok = outcome.code === 'replied' && outcome.by === uid;
						resolve(ok ? undefined : `${address}: ${outcome.code} ${outcome.detail ?? outcome.by ?? ''}`.trimEnd());
					});
				});
			}
		}),
	);
}
