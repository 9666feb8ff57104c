import { styleText } from 'node:util';

export type Style = Extract<Parameters<typeof styleText>[0], string>;

/** A function that colours text, or leaves it alone. Whether colour is wanted is the caller's decision alone. */
export function paint(wanted: boolean, ...styles: Style[]): (text: string) => string {
	return wanted ? (text) => styleText(styles, text, { validateStream: false }) : (text) => text;
}
