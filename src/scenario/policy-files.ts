/** A policy file's text, or why it can't be had. `file` is what diagnostics show. */
export type PolicyFile = { file: string; text: string } | { code: string; problem: string; hint?: string };

/** `path` as the scenario file writes it, relative to its own folder. */
export type LoadPolicyFile = (path: string) => PolicyFile;
