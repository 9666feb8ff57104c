/** A process of `bench-million.ts`: plans scenario files and writes plan.json, both as a run does. */
import { mkdirSync } from 'node:fs';
import type { Context } from '../src/cli/context.ts';
import { makePlan } from '../src/cli/make-plan.ts';
import { writePlan } from '../src/cli/plan-file.ts';

const [file = '', folder = ''] = process.argv.slice(2);
const context: Context = {
	...{ stdout: () => {}, stderr: (text) => void process.stderr.write(text), env: {} },
	...{ colour: { stdout: false, stderr: false }, width: 100, interactive: false, argv: [], version: 'bench' },
	leave: (code) => process.exit(code),
};
const made = await makePlan([file], { cluster: 'embedded', tag: [], grep: [], exclude: [] }, context);
if (!made) throw new Error(`${file} is not valid`);
mkdirSync(folder, { recursive: true });
writePlan(folder, made.plan);
