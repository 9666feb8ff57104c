import type { Bug } from './bug.ts';
import { changeBugs } from './changes.ts';
import { directionBugs } from './directions.ts';
import { dnsBugs } from './dns.ts';
import { enforcerBugs } from './enforcer.ts';
import { ipBlockBugs } from './ip-block.ts';
import { meshBugs } from './mesh.ts';
import { namedPortBugs } from './named-ports.ts';
import { peerBugs } from './peers.ts';
import { policyBugs } from './policies.ts';
import { portBugs } from './ports.ts';
import { proxyBugs } from './proxies.ts';
import { selectorBugs } from './selectors.ts';
import { trafficBugs } from './traffic.ts';
import { captureBugs } from './wire.ts';

/** Those that break NetworkPolicy. */
export const networkPolicyBugs: readonly Bug[] = [
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

/** Every seeded bug, in the order in which they are shown. */
export const bugs: readonly Bug[] = [
	...networkPolicyBugs,
	...meshBugs,
	...proxyBugs,
	...captureBugs,
	...dnsBugs,
	...enforcerBugs,
];
