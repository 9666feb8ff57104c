import type { ScenarioEventBody } from '../../src/model/event.ts';

interface CapturedPod {
	name: string;
	uid: string;
	address: string;
}

/** What the builder gives: where events go, the next number of a probe, and the time. */
interface Writer {
	append(body: ScenarioEventBody): void;
	number(uid: string): number;
	at(): number;
}

/** A line and its answer over TLS, bytes. */
const request = 60;
const answer = 130;

/** Writes what a capture of one epoch leaves in a history, complete and correct. */
export function wireEvents(epoch: number, pods: readonly CapturedPod[], writer: Writer) {
	const capture = `${epoch}/a`;
	const interfaceOf = (uid: string) => `veth-${uid}`;
	const addressOf = (uid: string) => pods.find((pod) => pod.uid === uid)?.address ?? '';
	const flows = new Map<string, { interface: string; from: string; to: string; records: number; bytes: number }>();
	let seq = 0;
	const see = (token: string, side: string, from: string, to: string) => {
		writer.append({
			...{ is: 'wire-token', capture, seq: ++seq, interface: interfaceOf(side), token, protocol: 'tcp' },
			...{ from: { address: addressOf(from), port: 1024 }, to: { address: addressOf(to), port: 80 } },
		});
	};
	const flow = (side: string, from: string, to: string, bytes: number) => {
		const key = `${side} ${from} ${to}`;
		const sum = flows.get(key) ?? {
			...{ interface: interfaceOf(side), from: addressOf(from), to: addressOf(to), records: 0, bytes: 0 },
		};
		flows.set(key, { ...sum, records: sum.records + 1, bytes: sum.bytes + bytes });
	};
	const mark = (when: 'before' | 'after') => {
		for (const { name, uid } of pods) {
			const token = `marker-${epoch}-${when}-${name}`;
			writer.append({ is: 'wire-marker', epoch, when, token, from: uid, family: 'ipv4' });
			see(token, uid, uid, uid);
			writer.append({
				...{ is: 'result', epoch: 0, token, agent: name, uid, seq: writer.number(uid) },
				...{ outcome: { code: 'refused' }, startedAt: writer.at(), endedAt: writer.at() },
			});
		}
	};
	return {
		begin() {
			const interfaces = pods.map(({ uid }) => ({ name: interfaceOf(uid), uid }));
			writer.append({ is: 'capture-began', epoch, capture, interfaces });
			mark('before');
		},
		/** Once on each side. */
		readable(token: string, from: string, to: string) {
			for (const side of [from, to]) see(token, side, from, to);
		},
		encrypted(from: string, to: string) {
			for (const side of [from, to]) {
				flow(side, from, to, request);
				flow(side, to, from, answer);
			}
		},
		end() {
			mark('after');
			const interfaces = pods.map(({ uid }) => ({ name: interfaceOf(uid), packets: 9, bytes: 900, drops: 0 }));
			writer.append({ is: 'capture-barrier', epoch, capture, seq: ++seq, interfaces, flows: [...flows.values()] });
		},
	};
}
