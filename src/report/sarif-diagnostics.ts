import type { Diagnostic } from '../model/diagnostic.ts';
import type { FileNames } from './github.ts';
import { physicalLocation, sourceRoot } from './sarif-location.ts';

/** What is wrong with scenario files as SARIF 2.1.0: a rule for each code, a result for each mistake. */
export function renderDiagnosticsSarif(diagnostics: Diagnostic[], version: string, nameOf?: FileNames): string {
	const codes = [...new Set(diagnostics.map(({ code }) => code))];
	const log = {
		$schema: 'https://json.schemastore.org/sarif-2.1.0.json',
		version: '2.1.0',
		runs: [
			{
				tool: { driver: { name: 'gatecrash validate', version, rules: codes.map((id) => ({ id })) } },
				originalUriBaseIds: { [sourceRoot]: { description: { text: 'The root of the repository.' } } },
				columnKind: 'utf16CodeUnits',
				results: diagnostics.map((diagnostic) => ({
					ruleId: diagnostic.code,
					ruleIndex: codes.indexOf(diagnostic.code),
					level: diagnostic.severity,
					message: { text: diagnostic.hint ? `${diagnostic.message}\n${diagnostic.hint}` : diagnostic.message },
					locations: [physicalLocation(diagnostic, nameOf)],
				})),
			},
		],
	};
	return `${JSON.stringify(log, null, 2)}\n`;
}
