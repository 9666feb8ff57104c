import { GatecrashError } from '../../../model/gatecrash-error.ts';

const expired = /^(ExpiredToken|ExpiredTokenException|RequestExpired|TokenRefreshRequired)$/;
const refused =
	/^(AccessDenied|AccessDeniedException|UnauthorizedOperation|AuthFailure|InvalidClientTokenId|UnrecognizedClientException|SignatureDoesNotMatch|OptInRequired|CredentialsProviderError)$/;
/** Something else is still there that uses it. */
const dependency =
	/^(DependencyViolation|ResourceInUse|ResourceInUseException|InvalidNetworkInterface\.InUse|OperationNotPermitted)$/;
const gone =
	/^(ResourceNotFoundException|NotFoundException|LoadBalancerNotFound|LoadBalancerNotFoundException|AccessPointNotFoundException|InvalidGroup\.NotFound|InvalidGroupId\.NotFound|InvalidNetworkInterfaceID\.NotFound|TargetGroupNotFound|TargetGroupNotFoundException)$/;

/** AWS's own name of an error; empty for what is none of AWS's. */
export function awsErrorName(error: unknown): string {
	return error instanceof Error && error.name !== 'Error' ? error.name : '';
}

export function isGone(error: unknown): boolean {
	if (awsErrorName(error) === 'ValidationError') return /does not exist/.test((error as Error).message);
	return gone.test(awsErrorName(error));
}

export function isDependency(error: unknown): boolean {
	return dependency.test(awsErrorName(error));
}

/**
 * What AWS, or the way there, says, for people; `doing` completes "AWS refused to ...".
 * What is no error of AWS (a bug of ours) is given back as it is.
 */
export function explainAws(error: unknown, doing: string): unknown {
	if (error instanceof GatecrashError || !isFromSdk(error)) return error;
	const { name, message } = error;
	if (expired.test(name)) {
		return new GatecrashError('GC_NOT_PERMITTED', `The AWS credentials have expired (${doing}).`, {
			hint: 'Get new ones, for example with: aws sso login',
			cause: error,
		});
	}
	if (refused.test(name)) {
		return new GatecrashError('GC_NOT_PERMITTED', `AWS refused to ${doing}: ${name}: ${message}`, {
			hint: '`gatecrash rbac --cloud` prints the IAM policy that gatecrash needs.',
		});
	}
	return new GatecrashError('GC_CLUSTER', `AWS failed to ${doing}: ${name}: ${message}`, { cause: error });
}

/** Runs one call. @throws GatecrashError as `explainAws`. */
export async function ask<T>(doing: string, call: () => Promise<T>): Promise<T> {
	try {
		return await call();
	} catch (error) {
		throw explainAws(error, doing);
	}
}

function isFromSdk(error: unknown): error is Error {
	if (!(error instanceof Error)) return false;
	// Answers of AWS carry metadata; faults of the way there have the code of Node's net.
	return '$metadata' in error || 'code' in error || /^(TimeoutError|CredentialsProviderError)$/.test(error.name);
}
