import { join } from 'node:path';

/** Where the engine keeps things. `root` is persistent; `state` may vanish when the machine restarts. */
export interface EnginePaths {
  readonly root: string;
  readonly state: string;
  readonly images: string;
  readonly temporary: string;
  readonly sandboxes: string;
  readonly containers: string;
  /** conmon writes a file with the exit code here, named after the container. */
  readonly exits: string;
  readonly runtimeState: string;
  readonly namespaces: string;
  readonly execs: string;
  readonly programs: string;
}

export function enginePaths(root: string, state: string): EnginePaths {
  return {
    root,
    state,
    images: join(root, 'images'),
    temporary: join(root, 'tmp'),
    sandboxes: join(root, 'sandboxes'),
    containers: join(root, 'containers'),
    exits: join(state, 'exits'),
    runtimeState: join(state, 'runtime'),
    namespaces: join(state, 'namespaces'),
    execs: join(state, 'execs'),
    programs: join(state, 'programs'),
  };
}
