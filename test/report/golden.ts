import { readFileSync, writeFileSync } from 'node:fs';
import { expect } from 'chai';

/** Compares with test/golden/NAME. After a wanted change: GATECRASH_UPDATE_GOLDEN=1 npx mocha, and read the difference. */
export function expectGolden(name: string, text: string): void {
	const file = new URL(`../golden/${name}`, import.meta.url);
	if (process.env['GATECRASH_UPDATE_GOLDEN'] === '1') writeFileSync(file, text);
	expect(text).to.equal(readFileSync(file, 'utf8'));
}
