import { readFile } from 'node:fs/promises';
import type { KubeObject } from '../../kube/kube-object.ts';
import { agentProgram } from '../netns/agent-program.ts';
import { ownedBy, type Ownership } from './ownership.ts';

const file = 'agent.cjs';

export function agentMapName(run: string): string {
	return `gatecrash-agent-${run}`.slice(0, 253).replace(/[^a-z0-9]+$/, '');
}

/** The agent's program, one ConfigMap in each namespace that has probe pods. */
export async function agentProgramMap(namespace: string, ownership: Ownership): Promise<KubeObject> {
	return {
		apiVersion: 'v1',
		kind: 'ConfigMap',
		metadata: { name: agentMapName(ownership.run), namespace, ...ownedBy(ownership) },
		...{ immutable: true, data: { [file]: await programText() } },
	};
}

let text: Promise<string> | undefined;

/** The same all through a run: a ConfigMap that stands may not be changed, and agents of one run must be alike. */
function programText(): Promise<string> {
	text ??= agentProgram()
		.then((path) => readFile(path, 'utf8'))
		.catch((error: unknown) => {
			text = undefined;
			throw error;
		});
	return text;
}
