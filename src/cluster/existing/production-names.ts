const words = new Set(['prod', 'prd', 'production', 'live']);

/**
 * What in a text looks like production: `prod`, `prd`, `production` or `live` as a word of its own. Words end at
 * anything that is no letter and before a capital: `eks-prod`, `arn:...:cluster/Prod2`, `webLive`; not `product`.
 */
export function productionWord(text: string): string | undefined {
	return text
		.replaceAll(/([a-z])([A-Z])/g, '$1 $2')
		.split(/[^A-Za-z]+/)
		.find((word) => words.has(word.toLowerCase()));
}
