import type { Addresses, IpFamily } from '../../model/address.ts';
import { GatecrashError } from '../../model/gatecrash-error.ts';
import { ranges } from './ranges.ts';

/**
 * Gives out numbers 1, 2, 3, ... and the addresses that go with them. A number that was released is not given out
 * again before all others were: whatever a real engine keeps about an old pod must not hit a new one by accident.
 */
export class AddressPool {
	readonly #range: keyof typeof ranges;
	readonly #families: readonly IpFamily[];
	readonly #first: number;
	readonly #last: number;
	readonly #taken = new Set<number>();
	#next: number;

	/** `first` and `last`: bounds of the numbers, that is of the addresses' last 16 bits (8 in the outside world). */
	constructor(range: keyof typeof ranges, families: readonly IpFamily[], first: number, last: number) {
		this.#range = range;
		this.#families = families;
		this.#first = first;
		this.#last = last;
		this.#next = first;
	}

	/** `wanted`: given out where it is free. @throws GatecrashError GC_CLUSTER when every number is taken. */
	take(wanted?: number): { number: number; addresses: Addresses } {
		if (wanted !== undefined && !this.#taken.has(wanted)) {
			this.#taken.add(wanted);
			return { number: wanted, addresses: addressesOf(this.#range, wanted, this.#families) };
		}
		for (let tried = this.#first; tried <= this.#last; tried++) {
			const number = this.#next;
			this.#next = number === this.#last ? this.#first : number + 1;
			if (this.#taken.has(number)) continue;
			this.#taken.add(number);
			return { number, addresses: addressesOf(this.#range, number, this.#families) };
		}
		throw new GatecrashError('GC_CLUSTER', `The range ${ranges[this.#range].ipv4} is exhausted.`);
	}

	release(number: number): void {
		this.#taken.delete(number);
	}
}

function addressesOf(range: keyof typeof ranges, number: number, families: readonly IpFamily[]): Addresses {
	const { ipv4, ipv6 } = ranges[range];
	const [a, b, c] = ipv4.split('.');
	// A /16 leaves two bytes to us, a /24 one: the third byte of a /24 is its own.
	const third = ipv4.endsWith('/24') ? c : String(number >> 8);
	const made: Record<IpFamily, string> = {
		ipv4: `${a}.${b}.${third}.${number & 255}`,
		ipv6: `${ipv6.split('/')[0]}${number.toString(16)}`,
	};
	return Object.fromEntries(families.map((family) => [family, made[family]]));
}
