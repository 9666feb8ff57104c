import type { EventOf } from '../model/event.ts';

/** One try with everything that the history holds about it. */
export interface TryRecord {
	event: EventOf<'try'>;
	result: EventOf<'result'> | undefined;
	/** Witness records with its token, at whatever endpoint. */
	witnesses: EventOf<'witness'>[];
	/** What a proxy said of its sender, at whatever endpoint. */
	identities: EventOf<'identity'>[];
	/** Half-open connections at a target that match its planned 4-tuple. */
	syns: EventOf<'syn'>[];
	/** Where its token stood readable on the wire. */
	sightings: EventOf<'wire-token'>[];
	clientUid: string | undefined;
	/** As the target would see it, in the spelling of `addressText`. */
	sourceAddress: string | undefined;
	/** Another try of the scenario used the same 5-tuple or the same token. */
	reused: boolean;
	/** Client and target share a network, so that its packets pass no counted interface. */
	self: boolean;
	/** A SYN with its source port came to a target from an address that belongs to no try. */
	unexplainedSyn: boolean;
	seen: Seen;
}

/** What client and witness together say about one try. */
export interface Seen {
	/** The token came through to a target within the epoch: with a reply, or as far as the witness. */
	lands: 'replied' | 'delivered' | undefined;
	/** UID of the target that it reached. */
	by: string | undefined;
	/** When, milliseconds of the run. */
	landedAt: number | undefined;
	/** The planned 4-tuple was seen half-open at a target within the epoch. */
	syn: boolean;
	/** The token was seen at, or answered by, something that is not a target. */
	other: string | undefined;
	/** The token, or the SYN, was seen outside its epoch. */
	straddles: boolean;
	/** The client says that it sent. */
	ran: boolean;
}

export const nothingSeen: Seen = {
	lands: undefined,
	by: undefined,
	landedAt: undefined,
	syn: false,
	other: undefined,
	straddles: false,
	ran: false,
};
