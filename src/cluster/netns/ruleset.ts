/** What nftables calls a set or a chain, as text of a table block. Later blocks may refer to earlier ones only. */
export type Block =
	| { is: 'set'; name: string; header: string; elements: string[] }
	| { is: 'chain'; name: string; rules: string[] };

/** One table: blocks that do nothing by themselves, and the base chains that bring them into force. */
export interface Ruleset {
	blocks: Block[];
	hooks: Extract<Block, { is: 'chain' }>[];
}

export function chain(name: string, rules: string[]): Extract<Block, { is: 'chain' }> {
	return { is: 'chain', name, rules };
}

/** The blocks as one `table` block, or nothing when there are none. */
export function tableText(table: string, blocks: readonly Block[]): string {
	if (blocks.length === 0) return '';
	return `table inet ${table} {\n${blocks.map(blockText).join('')}}\n`;
}

function blockText(block: Block): string {
	if (block.is === 'set') {
		const elements = block.elements.length === 0 ? '' : ` elements = { ${block.elements.join(', ')} };`;
		return `\tset ${block.name} { ${block.header}${elements} }\n`;
	}
	return `\tchain ${block.name} {\n${block.rules.map((rule) => `\t\t${rule}\n`).join('')}\t}\n`;
}

/** About how many bytes these need in a netlink message; rather too many than too few. */
const cost = { element: 100, rule: 1000, block: 300 };

/** About how many bytes of netlink messages these blocks need. */
export function messageSize(blocks: readonly Block[]): number {
	const sizes = blocks.map(
		(block) =>
			cost.block + (block.is === 'set' ? block.elements.length * cost.element : block.rules.length * cost.rule),
	);
	return sizes.reduce((sum, size) => sum + size, 0);
}

/**
 * Cuts blocks into portions of at most `budget` bytes of netlink messages, in order; a set or a chain that is larger
 * by itself is filled bit by bit.
 */
export function portions(blocks: readonly Block[], budget: number): Block[][] {
	const all: Block[][] = [];
	let left = 0;
	for (const block of blocks.flatMap((one) => pieces(one, budget))) {
		const size = messageSize([block]);
		if (size > left || all.length === 0) {
			all.push([]);
			left = budget;
		}
		all.at(-1)?.push(block);
		left -= size;
	}
	return all;
}

function pieces(block: Block, budget: number): Block[] {
	const most = Math.floor((budget - cost.block) / (block.is === 'set' ? cost.element : cost.rule));
	const cuts = (list: string[]) =>
		Array.from({ length: Math.max(1, Math.ceil(list.length / most)) }, (_, index) =>
			list.slice(index * most, (index + 1) * most),
		);
	return block.is === 'set'
		? cuts(block.elements).map((elements) => ({ ...block, elements }))
		: cuts(block.rules).map((rules) => ({ ...block, rules }));
}
