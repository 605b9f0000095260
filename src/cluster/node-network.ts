/** The addresses of a one-machine cluster. Service addresses are the API server's default, pods' follow kubeadm's custom. */
export const NODE_NETWORK = {
  /** Pods of this node. */
  podCidr: '10.244.0.0/24',
  /** Pods of the cluster, unless it is told others. */
  clusterCidr: '10.244.0.0/16',
  /** The node's own address among its pods: where they reach the API server, DNS and the node agent. */
  nodeAddress: '10.244.0.1',
  serviceCidr: '10.96.0.0/12',
  dnsAddress: '10.96.0.10',
  clusterDomain: 'cluster.local',
} as const;
