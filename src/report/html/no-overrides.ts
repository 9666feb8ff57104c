/**
 * Makes visible what would turn the text around it the other way, so that no name can pass for another
 * (https://www.unicode.org/reports/tr36/#Bidirectional_Text_Spoofing). Letters of any script stay as they are.
 */
export function noOverrides(text: string): string {
	return text.replace(/[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/g, '\ufffd');
}
