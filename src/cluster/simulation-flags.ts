import { readFile } from 'node:fs/promises';
import { ConfigFileError } from '#machinery/codec/config-file.ts';
import { DecodeError } from '#machinery/codec/decode-error.ts';
import { readSimulationConfiguration } from '#simulation/configuration.ts';
import type { SimulationConfiguration } from '#simulation/simulation.ts';
import { SnapshotError } from '#storage/snapshot/snapshot-error.ts';
import { CommandError } from './command-error.ts';
import { type RecordedCluster, readRecordedCluster } from './recorded-cluster.ts';

export interface SimulationFlags {
  readonly simulatedNodes: string;
  readonly simulationConfig?: string;
  readonly simulatedFrom?: string;
}

/** What the flags of `knarr up` say of simulated nodes. Throws a `CommandError` that names the flag and what is wrong. */
export async function readSimulation(flags: SimulationFlags): Promise<{
  readonly simulation: SimulationConfiguration | undefined;
  readonly recorded: RecordedCluster | undefined;
}> {
  const { simulationConfig, simulatedFrom } = flags;
  const count = Number(flags.simulatedNodes);
  const configured = await read('--simulation-config', simulationConfig, async (path) =>
    readSimulationConfiguration(await readFile(path, 'utf8')),
  );
  const recorded = await read('--simulated-from', simulatedFrom, readRecordedCluster);
  if (configured === undefined && count === 0) return { simulation: undefined, recorded };
  const { nodes = [], ...how } = configured ?? {};
  return { simulation: { ...how, nodes: count > 0 ? [...nodes, { count }] : nodes }, recorded };
}

async function read<T>(
  flag: string,
  path: string | undefined,
  parse: (path: string) => Promise<T>,
): Promise<T | undefined> {
  if (path === undefined) return undefined;
  try {
    return await parse(path);
  } catch (error) {
    if (!isTellable(error)) throw error;
    throw new CommandError(`read ${flag} ${path}: ${error.message}`, { exitCode: 2, cause: error });
  }
}

/** What is wrong with the file, not with this program. */
const isTellable = (error: unknown): error is Error =>
  error instanceof ConfigFileError ||
  error instanceof DecodeError ||
  error instanceof SnapshotError ||
  error instanceof SyntaxError ||
  (error as NodeJS.ErrnoException).code !== undefined;
