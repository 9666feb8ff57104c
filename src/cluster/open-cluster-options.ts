import type { Ledger } from '../model/cluster.ts';
import type { ProcessMark } from '../model/process.ts';

/** What a cluster may be told by whoever opens it; each driver takes its own part. */
export interface OpenClusterOptions {
	/** nft commands that make the embedded cluster enforce wrongly on purpose; see EmbeddedClusterOptions. */
	tamper?: string;
	/** Names of seeded bugs that the embedded cluster gets (`gatecrash list --bugs`); refused by the others. */
	inject?: readonly string[];
	/** Id of the run that asks; names what it makes. Undefined: nothing is stood up, the cluster is only planned for. */
	run?: string;
	/** Whose run that is; undefined: nobody has to know that a kept cluster is in use. */
	process?: ProcessMark;
	/** Where exported logs go when something fails (logs/ below it). */
	runFolder?: string;
	/** Gets a line before each call that makes something. */
	ledger?: Ledger;
	/** Asked by `down`: true leaves everything as it is. */
	keep?: () => boolean | Promise<boolean>;
	/** What the cluster is doing now, a few words in the present tense. */
	onPhase?: (phase: string) => void;
	/** A folder that holds files of add-ons, found by their checksums (docs/clusters.md). */
	mirror?: string;
	/** In the place of those of the definition. */
	images?: { node?: string; agent?: string };
	/** Where clusters that gatecrash made are recorded; default .gatecrash/clusters. */
	clusters?: string;
	/** Driver eks: it may cost money. */
	yes?: boolean;
	/** Driver eks: the AWS region; default what AWS's own tools would use, then the definition's. */
	region?: string;
	/** Driver eks: after so many milliseconds anybody's clean-up may delete what is left. */
	lifetime?: number;
	/** Driver existing: which cluster. */
	kubeconfig?: string;
	context?: string;
	/** Driver existing: the context of this name is meant although it looks like production. */
	allowContext?: string;
	/** Driver existing: objects without a namespace may be made. */
	allowClusterScoped?: boolean;
	/** Driver existing: packets may be captured, by pods on the nodes' networks. */
	wireCapture?: boolean;
	/** Driver existing: their image; default that of the probe pods. */
	wireCaptureImage?: string;
}
