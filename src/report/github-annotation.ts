/** One workflow command; GitHub shows it beside the line that it names. Lines and columns count from 1. */
export interface Annotation {
	level: 'error' | 'warning' | 'notice';
	title: string;
	message: string;
	position?: { file: string; line: number; column: number };
}

/** https://docs.github.com/actions/reference/workflow-commands-for-github-actions#setting-an-error-message */
export function githubAnnotation({ level, title, message, position }: Annotation): string {
	const place =
		position === undefined ? '' : `file=${escapeProperty(position.file)},line=${position.line},col=${position.column},`;
	return `::${level} ${place}title=${escapeProperty(title)}::${escapeData(message)}`;
}

function escapeData(text: string): string {
	return text.replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A');
}

function escapeProperty(text: string): string {
	return escapeData(text).replaceAll(':', '%3A').replaceAll(',', '%2C');
}
