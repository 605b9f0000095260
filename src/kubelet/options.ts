import type { Node } from '#api/core/v1/node.ts';
import type { NodeAddress } from '#api/core/v1/node-status.ts';
import type { Clock } from '#base/clock.ts';
import type { Logger } from '#base/logger.ts';
import type { Client } from '#client/client.ts';
import type { ContainerRuntime } from '#cri/runtime.ts';
import type { EventSink } from './event-sink.ts';

/** How the node's own HTTPS API is served. */
export interface KubeletServing {
  readonly host: string;
  /** 0 takes a free port. */
  readonly port: number;
  /** PEM. */
  readonly key: string;
  readonly cert: string;
  /** The authority of client certificates, PEM. */
  readonly clientCa: string;
}

export interface KubeletOptions {
  readonly client: Client;
  /** Must have been started. */
  readonly runtime: ContainerRuntime;
  readonly events: EventSink;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly nodeName: string;
  /** InternalIP first; a Hostname address is added when there is none. */
  readonly nodeAddresses: readonly NodeAddress[];
  /** For pods' volumes and other files; usually `/var/lib/kubelet`. */
  readonly rootDirectory: string;
  /** For containers' logs; usually `/var/log/pods`. Default: `logs/pods` below the root directory. */
  readonly podLogsDirectory?: string;
  /** Addresses of the cluster's DNS. Empty: pods use the node's own. */
  readonly clusterDns: readonly string[];
  readonly clusterDomain: string;
  /** Absent: the node serves no API. */
  readonly serving?: KubeletServing;
  /** Replaces what was found of the machine, by resource name. */
  readonly capacity?: Readonly<Record<string, string>>;
  readonly labels?: Readonly<Record<string, string>>;
  readonly taints?: NonNullable<NonNullable<Node['spec']>['taints']>;
  readonly maxPods?: number;
  /** What the node's resolv.conf says; read from the machine by default. */
  readonly resolvConf?: string;
  /** The version that the node tells; default `v1.36.0`. */
  readonly version?: string;
}
