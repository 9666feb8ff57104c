/** Copies a button's `data-copy`, and says so on the button. */
export async function copyFrom(button: HTMLElement): Promise<void> {
	const copied = await copyText(button.dataset['copy'] ?? '');
	const before = button.textContent;
	button.textContent = copied ? 'Copied' : 'Not allowed';
	setTimeout(() => {
		button.textContent = before;
	}, 1500);
}

async function copyText(text: string): Promise<boolean> {
	try {
		await navigator.clipboard.writeText(text);
		return true;
	} catch {
		return copySelected(text);
	}
}

/** Some browsers keep the clipboard from pages that were opened from disk, but let them copy what is selected. */
function copySelected(text: string): boolean {
	const field = document.createElement('textarea');
	field.className = 'offscreen';
	field.value = text;
	document.body.append(field);
	const focused = document.activeElement;
	field.select();
	const copied = document.execCommand('copy');
	field.remove();
	if (focused instanceof HTMLElement) focused.focus({ preventScroll: true });
	return copied;
}
