import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import type { KubeObject } from '../../kube/kube-object.ts';
import { agentProgram } from '../netns/agent-program.ts';
import { ownedBy, type Ownership } from './ownership.ts';
import { standbyRun } from './standby.ts';

const file = 'agent.cjs';

/** The agent's program, as pods read it from a ConfigMap; the same all through a run, whose agents must be alike. */
export interface AgentProgram {
	/** Of the program that this run brings. */
	mapName: string;
	/** Of the program that pods standing by have; another program has another name. */
	standbyMapName: string;
	text: string;
}

export async function readAgentProgram(run: string): Promise<AgentProgram> {
	const text = await readFile(await agentProgram(), 'utf8');
	const digest = createHash('sha256').update(text).digest('hex').slice(0, 16);
	const standbyMapName = mapName(`${standbyRun}-${digest}`);
	return { mapName: run === standbyRun ? standbyMapName : mapName(run), standbyMapName, text };
}

/** One ConfigMap in each namespace that has probe pods. A ConfigMap that stands may not be changed. */
export function agentProgramMap(name: string, namespace: string, { text }: AgentProgram, owner: Ownership): KubeObject {
	return {
		apiVersion: 'v1',
		kind: 'ConfigMap',
		metadata: { name, namespace, ...ownedBy(owner) },
		...{ immutable: true, data: { [file]: text } },
	};
}

function mapName(run: string): string {
	return `gatecrash-agent-${run}`.slice(0, 253).replace(/[^a-z0-9]+$/, '');
}
