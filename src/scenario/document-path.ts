/** Keys and indexes from a document's root to a node. */
export type DocumentPath = readonly (string | number)[];

/** For people: `spec.pods.client-one.listen[0]`; keys that hold dots or slashes are quoted. */
export function pathText(path: DocumentPath): string {
	let text = '';
	for (const step of path) {
		if (typeof step === 'number') text += `[${step}]`;
		else if (!/^[\w-]+$/.test(step)) text += `[${JSON.stringify(step)}]`;
		else text += text === '' ? step : `.${step}`;
	}
	return text;
}

/** The value at a path, or undefined where the path leaves the document. */
export function valueAt(root: unknown, path: DocumentPath): unknown {
	let value = root;
	for (const step of path) {
		if (value === null || typeof value !== 'object' || !Object.hasOwn(value, step)) return undefined;
		value = (value as Record<string | number, unknown>)[step];
	}
	return value;
}
