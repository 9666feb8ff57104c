/** What is going on, for whoever watches; says nothing about verdicts. */
export interface ProgressEvent {
	kind: 'cluster' | 'scenario';
	scenario?: string;
	/** A few words in the present tense: `attempting`, `settling`. */
	phase: string;
	done?: number;
	total?: number;
	/** Present on the last event of a scenario or of the cluster. */
	ended?: 'completed' | 'interrupted' | 'failed';
	detail?: string;
}

export type OnProgress = (event: ProgressEvent) => void;
