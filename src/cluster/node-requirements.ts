import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';

/** Programs a node needs; of each list one is enough. */
const NEEDED = [['crun', 'runc'], ['conmon'], ['ip'], ['nft'], ['nsenter']];

/** Why this machine cannot run containers, in one line; undefined when it can. */
export function missingForNode(environment: NodeJS.ProcessEnv): string | undefined {
  if (process.getuid?.() !== 0) return 'not root: containers cannot run here';
  const missing = NEEDED.filter((programs) => !programs.some((program) => isOnPath(program, environment)));
  if (missing.length === 0) return undefined;
  return `missing ${missing.map((programs) => programs.join(' or ')).join(', ')}: containers cannot run here`;
}

function isOnPath(program: string, environment: NodeJS.ProcessEnv): boolean {
  return [...(environment['PATH'] ?? '').split(delimiter), '/usr/sbin', '/sbin'].some((folder) => {
    try {
      accessSync(join(folder, program), constants.X_OK);
      return true;
    } catch {
      // Not in this folder.
      return false;
    }
  });
}
