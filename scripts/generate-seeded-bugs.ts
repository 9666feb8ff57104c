import type { Bug } from '../src/cluster/netns/bugs/bug.ts';
import { networkPolicyBugs as bugs } from '../src/cluster/netns/bugs/catalogue.ts';
import { enforcerBugs } from '../src/cluster/netns/bugs/enforcer.ts';
import { meshBugs } from '../src/cluster/netns/bugs/mesh.ts';
import { proxyBugs } from '../src/cluster/netns/bugs/proxies.ts';
import { captureBugs } from '../src/cluster/netns/bugs/wire.ts';

/** docs/seeded-bugs.md, from the catalogue in src/cluster/netns/bugs. */
export function seededBugsPage(): string {
	const required = bugs.filter(({ violates }) => 'required' in violates);
	const open = bugs.filter(({ violates }) => 'open' in violates);
	return `# Seeded bugs

<!-- Generated from src/cluster/netns/bugs by scripts/generate-seeded-bugs.ts; edits here are overwritten. -->

A harness that never fails shows nothing. So the [embedded cluster](embedded-cluster.md) can be told to enforce wrongly on purpose:

    gatecrash run scenarios/network-policy --inject except-ignored

\`gatecrash list --bugs\` shows these tables too. Every report of such a run names the bug under \`injected\`. \`--inject\` may be given several
times; clusters with a real engine refuse it.

Each bug is a mistake that an engine could make; where a real one made it, or something close to it, an issue stands beside it. Each is a subclass of
the engine in [src/cluster/netns/engine.ts](../src/cluster/netns/engine.ts) that gets one answer wrong.
\`npm run bug-matrix\` shows which scenario notices which bug, and writes it to docs/bug-matrix.md.

## Against what the specification requires

A run of the catalogue ends with exit code 1. Sections are those of the
[NetworkPolicy reference](https://kubernetes.io/docs/reference/kubernetes-api/policy-resources/network-policy-v1/), or of the page
[Network Policies](https://kubernetes.io/docs/concepts/services-networking/network-policies/) where it is named.

| bug | does | breaks | real engines |
| --- | --- | --- | --- |
${required.map(row).join('\n')}

## Where the specification is open

Nothing fails, unless a scenario declares an expectation of its own; what is observed changes.

| bug | does | open is | real engines |
| --- | --- | --- | --- |
${open.map(row).join('\n')}

## Of the embedded mesh

They need Envoy, and scenarios of mutual TLS. Names are those of the
[PeerAuthentication reference](https://istio.io/latest/docs/reference/config/security/peer_authentication/).

| bug | does | breaks | real engines |
| --- | --- | --- | --- |
${meshBugs.map(row).join('\n')}

## Of plain proxies

They need Envoy, and scenarios with a [proxy](scenario-reference.md#proxy): scenarios/tls.

| bug | does | breaks | real engines |
| --- | --- | --- | --- |
${proxyBugs.map(row).join('\n')}

## Of the capture of packets

They break what looks at the wire, not what enforces. Scenarios with \`mtls\` attempts are inconclusive, with exit code 2: what a
capture did not see is not called unreadable unless the capture was shown to be live.

| bug | does | breaks | real engines |
| --- | --- | --- | --- |
${captureBugs.map(row).join('\n')}

## Of the enforcer while something changes

At rest nothing shows of them. [Scenarios that attempt all the time](chaos.md) while it changes or breaks notice them: scenarios/chaos.

| bug | does | breaks | real engines |
| --- | --- | --- | --- |
${enforcerBugs.map(row).join('\n')}
`;
}

function row({ name, does, violates, issues }: Bug): string {
	const what = 'open' in violates ? violates.open : violates.required;
	const links = issues.map((issue) => `[${issue}](https://github.com/${issue.replace('#', '/issues/')})`);
	return `| \`${name}\` | ${does} | ${what} | ${links.join(', ')} |`;
}
