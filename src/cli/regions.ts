/** What `--region` says where several may be named, separated by commas; none where it is not given. */
export function regionsIn(flag: string | undefined): string[] {
	return (flag ?? '')
		.split(',')
		.map((region) => region.trim())
		.filter((region) => region !== '');
}
