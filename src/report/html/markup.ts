import { escapeXmlAttribute } from '../escape-xml.ts';
import { noOverrides } from './no-overrides.ts';

/** Markup that may stand in a page as it is. Only the tag `html` makes it from text, and escapes what it is given. */
export interface Html {
	readonly markup: string;
}

type Part = Html | readonly Html[] | string | number | undefined;

/**
 * A template whose texts are escaped wherever they stand: between tags, or in an attribute with double quotes. Not for
 * script and style elements, whose content HTML does not unescape. `undefined` becomes nothing.
 */
export function html(literals: TemplateStringsArray, ...parts: Part[]): Html {
	let markup = literals[0] ?? '';
	parts.forEach((part, index) => {
		markup += write(part) + (literals[index + 1] ?? '');
	});
	return { markup };
}

function write(part: Part): string {
	if (part === undefined) return '';
	if (typeof part === 'number') return String(part);
	// Tabs and line breaks as references are the same text to a reader of elements, and right in attributes too.
	if (typeof part === 'string') return escapeXmlAttribute(noOverrides(part));
	if ('markup' in part) return part.markup;
	return part.map((one) => one.markup).join('');
}
