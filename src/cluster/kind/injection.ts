import type { KubeClient } from '../../kube/kube-client.ts';
import type { Recovery } from '../../model/fault.ts';

/** What a fault of a kind cluster is injected with. */
export interface Injection {
	client: KubeClient;
	/** Names of the nodes that it is about, which are those of their containers: all of them where none was named. */
	nodes: readonly string[];
	/** Called before anything is changed, once. */
	intend: (recovery: Recovery) => void;
	signal: AbortSignal;
}

/** Resolves with what was seen of it, a sentence each; nothing: it found nothing to break. */
export type Inject = (injection: Injection) => Promise<string[]>;
