import type { Bug } from './bug.ts';
import { changeBugs } from './changes.ts';
import { directionBugs } from './directions.ts';
import { ipBlockBugs } from './ip-block.ts';
import { namedPortBugs } from './named-ports.ts';
import { peerBugs } from './peers.ts';
import { policyBugs } from './policies.ts';
import { portBugs } from './ports.ts';
import { selectorBugs } from './selectors.ts';
import { trafficBugs } from './traffic.ts';

/** Every seeded bug, in the order in which they are shown. */
export const bugs: readonly Bug[] = [
	...directionBugs,
	...policyBugs,
	...peerBugs,
	...selectorBugs,
	...ipBlockBugs,
	...portBugs,
	...namedPortBugs,
	...trafficBugs,
	...changeBugs,
];
