/**
 * `npx tsx scripts/mesh-matrix.ts > matrix.yaml`: a scenario with every combination of PeerAuthentication's scopes, to hold
 * the evaluator against a real mesh: `gatecrash run matrix.yaml --cluster kind-calico-istio`.
 */
import { meshMatrix } from '../test/e2e/support/mesh-matrix.ts';

process.stdout.write(meshMatrix().text);
