/** Whether a waiver names a case: by its whole id, or by a pattern whose `*` stays between two slashes. */
export function matchesCase(pattern: string, id: string): boolean {
	if (!pattern.includes('*')) return pattern === id;
	return expressionOf(pattern).test(id);
}

export function isPattern(text: string): boolean {
	return text.includes('*');
}

function expressionOf(pattern: string): RegExp {
	const parts = pattern.split('*').map((part) => part.replaceAll(/[\\^$.*+?()[\]{}|/-]/g, '\\$&'));
	return new RegExp(`^${parts.join('[^/]*')}$`, 's');
}
