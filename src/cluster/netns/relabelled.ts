/** Labels after some were set and others removed; what is in both is removed. */
export function relabelled(
	labels: Record<string, string>,
	set: Record<string, string>,
	remove: string[],
): Record<string, string> {
	return Object.fromEntries(Object.entries({ ...labels, ...set }).filter(([key]) => !remove.includes(key)));
}
