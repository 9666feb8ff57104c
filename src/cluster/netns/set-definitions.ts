import type { IpFamily } from '../../model/address.ts';
import { type AddressRange, merge, rangeText } from './address-range.ts';
import type { Block } from './ruleset.ts';

const addressType: Record<IpFamily, string> = { ipv4: 'ipv4_addr', ipv6: 'ipv6_addr' };

/** Collects the named sets of a table; the same content is defined once. Named sets keep a rule short with a thousand peers. */
export class SetDefinitions {
	readonly #blocks = new Map<string, Block>();

	/** Name of the set with these addresses (all of `family`), or undefined when there are none. */
	addresses(family: IpFamily, ranges: AddressRange[]): string | undefined {
		return this.#define(`type ${addressType[family]}; flags interval;`, merge(ranges).map(rangeText));
	}

	/** Name of the set with these pairs `ADDRESS . PORT`, or undefined when there are none. */
	sockets(family: IpFamily, elements: string[]): string | undefined {
		return this.#define(`type ${addressType[family]} . inet_service;`, elements);
	}

	blocks(): Block[] {
		return [...this.#blocks.values()];
	}

	#define(header: string, all: string[]): string | undefined {
		if (all.length === 0) return undefined;
		const elements = [...new Set(all)];
		const content = `${header} ${elements.join()}`;
		const block = this.#blocks.get(content) ?? { is: 'set', name: `set_${this.#blocks.size}`, header, elements };
		this.#blocks.set(content, block);
		return block.name;
	}
}
