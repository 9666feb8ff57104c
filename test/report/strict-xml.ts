export interface XmlElement {
	name: string;
	attributes: Record<string, string>;
	children: XmlElement[];
	text: string;
}

const named: Record<string, string> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" };

/** As much of XML 1.0 as our reports use, refusing everything that is not well-formed. */
export function parseStrictXml(xml: string): XmlElement {
	// https://www.w3.org/TR/xml/#charsets
	const bad = /[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/u.exec(xml);
	if (bad) throw new Error(`character U+${bad[0].charCodeAt(0).toString(16)} is not allowed in XML`);
	const declaration = '<?xml version="1.0" encoding="UTF-8"?>\n';
	if (!xml.startsWith(declaration)) throw new Error('no XML declaration');
	let rest = xml.slice(declaration.length);
	const take = (pattern: RegExp): RegExpExecArray => {
		const match = pattern.exec(rest);
		if (match?.index !== 0) throw new Error(`expected ${pattern} at: ${rest.slice(0, 60)}`);
		rest = rest.slice(match[0].length);
		return match;
	};
	const element = (): XmlElement => {
		const name = take(/^<([A-Za-z][\w-]*)/)[1] ?? '';
		const attributes: Record<string, string> = {};
		while (/^\s+[A-Za-z]/.test(rest)) {
			const [, key = '', value = ''] = take(/^\s+([A-Za-z][\w-]*)="([^"<]*)"/);
			if (key in attributes) throw new Error(`attribute ${key} twice`);
			// Attribute-value normalisation: https://www.w3.org/TR/xml/#AVNormalize
			attributes[key] = decode(value.replace(/[\t\r\n]/g, ' '));
		}
		const result: XmlElement = { name, attributes, children: [], text: '' };
		if (take(/^\s*(\/?)>/)[1] === '/') return result;
		while (!rest.startsWith('</')) {
			if (rest.startsWith('<')) result.children.push(element());
			else result.text += decode(take(/^[^<]+/)[0].replace(/\r\n?/g, '\n'));
		}
		if (take(/^<\/([A-Za-z][\w-]*)>/)[1] !== name) throw new Error(`${name} is not closed`);
		return result;
	};
	const root = element();
	if (rest.trim() !== '') throw new Error(`text after the end: ${rest.slice(0, 60)}`);
	return root;
}

function decode(text: string): string {
	if (text.includes(']]>')) throw new Error(']]> in text');
	return text.replace(/&([^;]*);?/g, (whole, name: string) => {
		if (!whole.endsWith(';')) throw new Error('bare ampersand');
		const code = /^#(\d+)$/.exec(name)?.[1];
		const character = code === undefined ? named[name] : String.fromCodePoint(Number(code));
		if (character === undefined) throw new Error(`unknown entity ${whole}`);
		return character;
	});
}
