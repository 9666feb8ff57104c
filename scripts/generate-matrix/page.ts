export function generatedScenariosPage(x: unknown): string {
	return JSON.stringify(x);
}
