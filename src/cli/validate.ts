import type { Diagnostic } from '../model/diagnostic.ts';
import type { Action } from './actions.ts';
import { printDiagnostics } from './diagnostics.ts';
import { readPaths } from './read-paths.ts';

export const validate: Action<'validate'> = async (context, args, flags) => {
	const { scenarios, diagnostics } = await readPaths(args);
	const errors = diagnostics.filter((diagnostic) => diagnostic.severity === 'error');
	switch (flags.format) {
		case 'json':
			context.stdout(`${JSON.stringify({ schemaVersion: 1, scenarios: scenarios.length, diagnostics }, null, 2)}\n`);
			break;
		case 'github':
			context.stdout(diagnostics.map((diagnostic) => `${githubAnnotation(diagnostic)}\n`).join(''));
			break;
		case 'human':
			printDiagnostics(diagnostics, context);
			if (errors.length === 0)
				context.stdout(`${scenarios.length} ${scenarios.length === 1 ? 'scenario is' : 'scenarios are'} valid\n`);
			break;
	}
	return errors.length === 0 ? 0 : 64;
};

/** https://docs.github.com/actions/reference/workflow-commands-for-github-actions#setting-an-error-message */
function githubAnnotation(diagnostic: Diagnostic): string {
	const message = diagnostic.hint ? `${diagnostic.message}\nhint: ${diagnostic.hint}` : diagnostic.message;
	const place = `file=${escapeProperty(diagnostic.file)},line=${diagnostic.line},col=${diagnostic.column}`;
	return `::${diagnostic.severity} ${place},title=${escapeProperty(diagnostic.code)}::${escapeData(message)}`;
}

function escapeData(text: string): string {
	return text.replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A');
}

function escapeProperty(text: string): string {
	return escapeData(text).replaceAll(':', '%3A').replaceAll(',', '%2C');
}
