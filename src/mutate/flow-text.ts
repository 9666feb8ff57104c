import { stringify } from 'yaml';

/** One line of YAML in flow style, as scenario files write it: `{from: client, to: "app:80", expect: blocked}`. */
export function flowText(value: unknown): string {
	return stringify(value, {
		collectionStyle: 'flow',
		flowCollectionPadding: false,
		lineWidth: 0,
	}).trim();
}
