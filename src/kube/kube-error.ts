import { GatecrashError, type GatecrashErrorCode } from '../model/gatecrash-error.ts';

/** An API server's answer that is no success; `status` is the HTTP status, `reason` the API's own word. */
export class KubeError extends GatecrashError {
	readonly status: number;
	readonly reason: string;

	constructor(code: GatecrashErrorCode, message: string, answer: { status: number; reason: string; hint?: string }) {
		super(code, message, answer.hint === undefined ? {} : { hint: answer.hint });
		this.status = answer.status;
		this.reason = answer.reason;
	}
}

/** From an answer's status and body (a Status object of meta/v1, or text of a proxy in between). */
export function answerError(doing: string, status: number, body: string): KubeError {
	const { reason = '', message = body.slice(0, 300).trim() } = readStatus(body);
	const text = `${doing}: ${message || `HTTP ${status}`}`;
	if (status === 401) {
		return new KubeError('GC_NOT_PERMITTED', text, {
			status,
			reason,
			hint: 'The kubeconfig’s credentials are not accepted: log in again.',
		});
	}
	if (status === 403) {
		return new KubeError('GC_NOT_PERMITTED', text, {
			status,
			reason,
			hint: 'gatecrash rbac prints the rights that a run needs.',
		});
	}
	return new KubeError('GC_CLUSTER', text, { status, reason });
}

/** The connection itself failed. */
export function connectionError(doing: string, server: string, cause: unknown): GatecrashError {
	const detail = cause instanceof Error ? (codeOf(cause) ?? cause.message) : String(cause);
	return new GatecrashError('GC_CLUSTER', `${doing}: no connection to the API server ${server}: ${detail}`, {
		hint: 'Check that the cluster runs and that the kubeconfig’s context is the right one.',
		cause,
	});
}

export function isStatus(error: unknown, ...statuses: number[]): error is KubeError {
	return error instanceof KubeError && statuses.includes(error.status);
}

function codeOf(error: Error): string | undefined {
	return 'code' in error && typeof error.code === 'string' ? `${error.code} ${error.message}` : undefined;
}

function readStatus(body: string): { reason?: string; message?: string } {
	try {
		const value: unknown = JSON.parse(body);
		if (typeof value !== 'object' || value === null) return {};
		const { reason, message } = value as Record<string, unknown>;
		return {
			...(typeof reason === 'string' && { reason }),
			...(typeof message === 'string' && { message }),
		};
	} catch {
		return {};
	}
}
