import { createHash } from 'node:crypto';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { buildSync } from 'esbuild';

const folder = join(dirname(fileURLToPath(import.meta.url)), '../src/report/html/page');

/** src/report/html/page-assets.ts: style sheets and script of the HTML pages as strings, with the hashes for their policy. */
export function reportPageAssets(): string {
	const style = bundle('page.css');
	const script = bundle('main.ts');
	const trendStyle = bundle('trend.css');
	const assets = {
		...{ style, styleHash: hashOf(style), script, scriptHash: hashOf(script) },
		...{ trendStyle, trendStyleHash: hashOf(trendStyle) },
	};
	return `// Generated from src/report/html/page by scripts/generate-report-page.ts; edits here are overwritten.

/** Style sheets of the HTML report and of the trend, script of the report, and what their Content-Security-Policy admits them by. */
export const pageAssets = ${JSON.stringify(assets, null, '\t')};
`;
}

function bundle(file: string): string {
	const { outputFiles } = buildSync({
		entryPoints: [join(folder, file)],
		outdir: folder,
		write: false,
		bundle: true,
		minify: true,
		format: 'iife',
		target: 'es2022',
		legalComments: 'none',
	});
	const text = outputFiles[0]?.text.trim() ?? '';
	// The page has them inside of elements whose content is not escaped.
	if (text === '' || /<\/(script|style)|<!--|\r/i.test(text)) throw new Error(`${file} can't stand in a page as it is`);
	return text;
}

/** https://www.w3.org/TR/CSP3/#grammardef-hash-source */
function hashOf(text: string): string {
	return `sha256-${createHash('sha256').update(text).digest('base64')}`;
}
