/** Where nodes' pods get their addresses from; IPv4. */
export interface PodNetwork {
  /** `10.244.0.0/16` */
  readonly clusterCidr: string;
  /** Length of a node's own prefix, 24 for instance. */
  readonly nodeMaskSize: number;
  /** Ranges that belong to nodes of these names and to no other. */
  readonly pinned?: Readonly<Record<string, string>>;
}
