import type { Diagnostic } from '../model/diagnostic.ts';
import { renderDiagnosticsSarif } from '../report/sarif-diagnostics.ts';
import { githubAnnotation } from '../report/github-annotation.ts';
import type { Action } from './actions.ts';
import { printDiagnostics } from './diagnostics.ts';
import { repositoryNames } from './repository-names.ts';
import { readPaths } from './read-paths.ts';

export const validate: Action<'validate'> = async (context, args, flags) => {
	const { scenarios, diagnostics } = await readPaths(args);
	const errors = diagnostics.filter((diagnostic) => diagnostic.severity === 'error');
	switch (flags.format) {
		case 'json':
			context.stdout(`${JSON.stringify({ schemaVersion: 1, scenarios: scenarios.length, diagnostics }, null, 2)}\n`);
			break;
		case 'github':
			context.stdout(diagnostics.map((diagnostic) => `${annotationOf(diagnostic)}\n`).join(''));
			break;
		case 'sarif':
			context.stdout(renderDiagnosticsSarif(diagnostics, context.version, repositoryNames()));
			break;
		case 'human':
			printDiagnostics(diagnostics, context);
			if (errors.length === 0)
				context.stdout(`${scenarios.length} ${scenarios.length === 1 ? 'scenario is' : 'scenarios are'} valid\n`);
			break;
	}
	return errors.length === 0 ? 0 : 64;
};

function annotationOf({ severity, code, message, hint, file, line, column }: Diagnostic): string {
	const position = { file, line, column };
	return githubAnnotation({
		level: severity,
		title: code,
		message: hint ? `${message}\nhint: ${hint}` : message,
		position,
	});
}
