import type { ReasonCode } from './reasons.ts';

/** Something that must hold before silence can be called a block. `code` is the reason where it does not hold. */
export interface Control {
	control: string;
	held: boolean;
	detail: string;
	code: ReasonCode | undefined;
}

export function held(control: string, detail: string): Control {
	return { control, held: true, detail, code: undefined };
}

export function missing(control: string, code: ReasonCode, detail: string): Control {
	return { control, held: false, detail, code };
}
