/** `knarr/testing`: a whole cluster inside a test. */
export { Cluster, type ClusterOptions } from './cluster.ts';
export type { Endpoint } from './endpoint.ts';
