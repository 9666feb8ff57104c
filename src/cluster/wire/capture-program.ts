import { join } from 'node:path';
import { fromSources, packageFolder } from '../../package-folder.ts';

/** The capture program: perl is in Debian's base system, so that nodes of kind and most machines have it. */
export const captureProgram = join(packageFolder, fromSources ? 'src/cluster/wire/capture.pl' : 'dist/capture.pl');
