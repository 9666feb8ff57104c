import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { parse } from 'yaml';
import { commands } from '../../src/cli/commands.ts';
import { kebabName } from '../../src/cli/flag.ts';
import { root } from '../cli/sandbox.ts';

interface Job {
	spec: {
		completions: number;
		parallelism: number;
		template: { spec: { containers: { args: string[]; env: { name: string; value?: string }[] }[] } };
	};
}

describe('the manifests in deploy/', () => {
	const read = (name: string) => parse(readFileSync(join(root, 'deploy', name), 'utf8')) as unknown;
	const cronJob = read('nightly-cron-job.yaml') as { spec: { concurrencyPolicy: string; jobTemplate: Job } };
	const job = read('sharded-job.yaml') as Job;

	it('the CronJob makes the same Job as the one that runs now, and never two at once', () => {
		expect(cronJob.spec.jobTemplate.spec).to.deep.equal(job.spec);
		expect(cronJob.spec.concurrencyPolicy).to.equal('Forbid');
	});

	it('there are as many pods as shards', () => {
		const [container] = job.spec.template.spec.containers;
		const shards = container?.env.find(({ name }) => name === 'SHARDS')?.value;
		expect([job.spec.completions, job.spec.parallelism]).to.deep.equal([Number(shards), Number(shards)]);
	});

	it('its script uses flags that there are', () => {
		const script = job.spec.template.spec.containers[0]?.args.join('\n') ?? '';
		for (const name of ['run', 'merge', 'trend'] as const) {
			const line = script.split('\n').find((one) => one.includes(`gatecrash ${name} `)) ?? '';
			const flags = [...line.matchAll(/--([a-z-]+)/g)].map(([, flag]) => flag);
			expect(Object.keys(commands[name].flags).map(kebabName), line).to.include.members(flags);
			expect(flags).not.to.deep.equal([]);
		}
	});
});
