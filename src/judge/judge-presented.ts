import type { ServerCertificate } from '../model/agent.ts';
import type { Cell } from '../model/plan.ts';
import type { Presents } from '../model/scenario.ts';
import type { Reason } from '../model/verdict.ts';
import type { Judgement } from './finding-out.ts';
import { printable } from './forwarded-identity.ts';
import { reason } from './reasons.ts';
import type { ScenarioHistory } from './scenario-history.ts';
import type { TryRecord } from './try-record.ts';

/**
 * Whether the server showed a certificate as `presents` demands, on every try that went over TLS, also where it then
 * refused its client. It is the running certificate: the one of this handshake, with this try.
 */
export function judgePresented(
	history: ScenarioHistory,
	{ presents }: Cell,
	tries: readonly TryRecord[],
	found: Judgement,
): Judgement {
	if (presents === undefined || found.verdict !== 'enforced') return found;
	const shown = tries.flatMap(({ result }) => result?.certificate ?? []);
	const last = tries.at(-1);
	if (shown.length === 0 || last?.result?.certificate === undefined) {
		return { ...found, verdict: 'inconclusive', reasons: [reason('certificate-not-seen'), ...found.reasons] };
	}
	const differs = [...new Set(shown.flatMap((certificate) => differences(certificate, presents)))];
	const wrong = differs.length > 0 ? reason('certificate-differs', differs.join('; ')) : undefined;
	const reasons = wrong ? [wrong] : (judgeRenewed(history, tries, presents.renewed) ?? []);
	const [first] = reasons;
	if (!first) return found;
	return { ...found, verdict: first.code === 'certificate-not-seen' ? 'inconclusive' : 'broken', reasons };
}

function differences({ uris, issuer }: ServerCertificate, presents: Presents): string[] {
	const { identity, issuer: wanted } = presents;
	return [
		...(identity === undefined || (uris.length === 1 && uris[0] === identity)
			? []
			: [`it is for ${printable(uris.join(' ')) || 'nobody'}, not for ${identity}`]),
		...(wanted === undefined || issuer === wanted ? [] : [`its issuer is ${printable(issuer)}, not ${wanted}`]),
	];
}

/** By serial number and issuer together: another authority may give the same number. */
function judgeRenewed(
	history: ScenarioHistory,
	tries: readonly TryRecord[],
	renewed: boolean | undefined,
): Reason[] | undefined {
	if (renewed === undefined) return undefined;
	for (const record of tries) {
		const now = record.result?.certificate;
		if (!now) continue;
		const before = lastShownBefore(history, record);
		if (!before) return [reason('certificate-not-seen', 'in the attempts before')];
		if ((now.serial === before.serial && now.issuer === before.issuer) !== renewed) continue;
		return [reason(renewed ? 'certificate-not-renewed' : 'certificate-renewed', `serial number ${now.serial}`)];
	}
	return undefined;
}

/** The last one that the same server has shown at the same port, in an earlier epoch. */
function lastShownBefore(history: ScenarioHistory, { event }: TryRecord): ServerCertificate | undefined {
	return history.tries.findLast(
		(other) =>
			other.event.epoch < event.epoch &&
			other.event.destination.port === event.destination.port &&
			other.event.targets.join() === event.targets.join() &&
			other.result?.certificate !== undefined,
	)?.result?.certificate;
}
