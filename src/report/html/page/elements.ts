import { noOverrides } from '../no-overrides.ts';

/** Makes an element. Texts become text nodes, never markup: they come from scenario files and from the network. */
export function make(name: string, className: string, ...children: (Node | string)[]): HTMLElement {
	const element = document.createElement(name);
	if (className !== '') element.className = className;
	element.append(...children.map((child) => (typeof child === 'string' ? noOverrides(child) : child)));
	return element;
}

export function byId(id: string): HTMLElement {
	const element = document.getElementById(id);
	if (element === null) throw new Error(`the page has no #${id}`);
	return element;
}
