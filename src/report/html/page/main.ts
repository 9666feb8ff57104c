// What makes the HTML report answer: evidence on a click, filter, keyboard. Bundled into page-assets.ts by `npm run generate`.
import { copyFrom } from './copy.ts';
import { byId } from './elements.ts';
import { applyFilter } from './filter.ts';
import { makeReachable, nextSquare } from './keys.ts';
import { closePanel, isPanelOpen, openFromAddress, openPanel } from './panel.ts';

document.documentElement.classList.add('script');
for (const table of document.querySelectorAll('table')) table.querySelector('.sq')?.setAttribute('tabindex', '0');

document.addEventListener('click', (event) => {
	const button = event.target instanceof Element ? event.target.closest('button') : null;
	if (button === null) return;
	const place = button.dataset['c'] ?? button.dataset['open'];
	if (place !== undefined) {
		if (button.classList.contains('sq')) makeReachable(button);
		// Clicks by Enter or a screen reader count no presses of a mouse.
		openPanel(Number(place), button, event.detail === 0);
	} else if (button.classList.contains('copy')) void copyFrom(button);
	else if (button.classList.contains('close')) closePanel();
	else if (button.classList.contains('choice')) {
		button.setAttribute('aria-pressed', String(button.getAttribute('aria-pressed') !== 'true'));
		applyFilter();
	}
});

document.addEventListener('keydown', (event) => {
	if (event.ctrlKey || event.metaKey || event.altKey) return;
	const { target } = event;
	if (event.key === 'Escape') closePanel();
	if (event.key === '/' && !(target instanceof HTMLInputElement)) {
		event.preventDefault();
		byId('filter-text').focus();
	}
	if (!(target instanceof HTMLElement) || !target.matches('.sq')) return;
	const next = nextSquare(target, event.key);
	if (next === undefined) return;
	event.preventDefault();
	makeReachable(next);
	next.focus();
	// With the evidence open, it follows.
	if (isPanelOpen()) openPanel(Number(next.dataset['c']), next, false);
});

let waiting: ReturnType<typeof setTimeout> | undefined;
byId('filter-text').addEventListener('input', () => {
	clearTimeout(waiting);
	waiting = setTimeout(applyFilter, 120);
});
byId('filter').addEventListener('submit', (event) => event.preventDefault());
window.addEventListener('hashchange', openFromAddress);
openFromAddress();
