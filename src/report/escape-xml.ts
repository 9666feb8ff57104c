const entities: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&apos;' };

/**
 * Text for XML 1.0 content. Characters that XML cannot hold at all, not even as a reference (most control characters,
 * lone surrogates; https://www.w3.org/TR/xml/#charsets), become U+FFFD. A carriage return becomes a reference, since
 * parsers would make a line feed of it.
 */
export function escapeXml(text: string): string {
	return (
		text
			.replace(/[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g, '\ufffd')
			// oxlint-disable-next-line no-control-regex -- these characters are what has to go
			.replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/g, '\ufffd')
			.replace(/[&<>"']/g, (character) => entities[character] ?? character)
			.replaceAll('\r', '&#13;')
	);
}

/** The same for attributes, where parsers turn tabs and line breaks into spaces unless they are references. */
export function escapeXmlAttribute(text: string): string {
	return escapeXml(text).replace(/[\t\n]/g, (character) => `&#${character.charCodeAt(0)};`);
}
