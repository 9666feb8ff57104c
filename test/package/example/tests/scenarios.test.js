import { scenarios } from 'gatecrash/mocha';

// A suite for each scenario, a test for each cell. INJECT makes the embedded cluster enforce wrongly on purpose.
await scenarios('scenarios', { inject: process.env.INJECT ? [process.env.INJECT] : [] });
