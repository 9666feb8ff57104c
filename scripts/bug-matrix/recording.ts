import { Engine } from '../../src/cluster/netns/engine.ts';
import { policyRuleset } from '../../src/cluster/netns/policy-ruleset.ts';
import type { PolicyView } from '../../src/cluster/netns/policy-view.ts';
import { tableText } from '../../src/cluster/netns/ruleset.ts';
import { type ServiceEntry, serviceRuleset } from '../../src/cluster/netns/service-ruleset.ts';
import { ipFamilies } from '../../src/model/address.ts';

/** What the engine was told in one deployment, change by change. */
export interface Recording {
	views: PolicyView[];
	services: ServiceEntry[][];
}

/** An honest engine that writes down what it is told. */
export function recordingEngine(recording: Recording): Engine {
	return new (class extends Engine {
		override notice(view: PolicyView) {
			recording.views.push(structuredClone(view));
			return super.notice(view);
		}
		override services(entries: ServiceEntry[]) {
			recording.services.push(structuredClone(entries));
			return super.services(entries);
		}
	})();
}

/** The rules that an engine makes of a recording, one text for each change. */
export function replay({ views, services }: Recording, engine: Engine): string[] {
	return views.map((view, index) => {
		const service = serviceRuleset(engine.services(services[index] ?? []), ipFamilies);
		const policy = policyRuleset(structuredClone(view), engine);
		return [policy, service].map(({ blocks, hooks }) => tableText('replayed', [...blocks, ...hooks])).join('\n');
	});
}
