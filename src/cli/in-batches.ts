/** Characters that are written at once. */
const batch = 1 << 20;

/** Pieces of a text, put together to fewer that are worth a write each; a text as it is. */
export function* inBatches(content: string | Iterable<string>): Generator<string> {
	if (typeof content === 'string') return yield content;
	let text = '';
	for (const piece of content) {
		text += piece;
		if (text.length < batch) continue;
		yield text;
		text = '';
	}
	if (text !== '') yield text;
}
