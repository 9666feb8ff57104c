import type { Bug } from './bug.ts';

const liveness = 'no engine: the harness’s own capture of packets, which has to notice by itself';

/** These break what looks at the wire instead of what enforces: nothing may be called unreadable then. */
export const captureBugs: Bug[] = [
	captureBug('capture-on-wrong-interface', 'packets are captured on an interface that no pod uses', 'interface=node0'),
	captureBug('capture-drops', 'packets are captured with the smallest buffer, and read too late', 'slow'),
];

/** `flaw`: an argument of the capture program. */
function captureBug(name: string, does: string, flaw: string): Bug {
	return {
		...{ name, does, violates: { required: liveness }, concerns: 'mutual TLS', issues: [] },
		inject: (Honest) =>
			class extends Honest {
				override captureFlaws() {
					return [...super.captureFlaws(), flaw];
				}
			},
	};
}
