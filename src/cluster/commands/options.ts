import { Option } from 'commander';

/** What every command that finds a cluster takes. */
export interface ClusterOptions {
  readonly name: string;
  readonly dataDir?: string;
}

export const clusterOption = (): Option => new Option('--name <name>', 'the cluster').default('default');
export const dataDirOption = (): Option => new Option('--data-dir <directory>', 'where the cluster keeps its data');
