import type { Service } from '#api/core/v1/service.ts';
import type { Clock } from '#base/clock.ts';
import type { Logger } from '#base/logger.ts';
import type { Client } from '#client/client.ts';
import type { RuntimeService } from '#cri/runtime.ts';
import type { DnsSettings } from '../container/dns.ts';
import type { Allocatable } from '../container/resource-field.ts';
import type { EventSink } from '../event-sink.ts';
import type { ImageManager } from '../images/image-manager.ts';
import type { PodDirectories } from '../pod-directories.ts';
import type { ProbeManager } from '../probes/probe-manager.ts';
import type { ReferencedObjects } from '../referenced-objects.ts';
import type { BackOff } from '../sync/back-off.ts';
import type { VolumeManager } from '../volumes/volume-manager.ts';

/** What all pods of a node share. */
export interface PodContext {
  readonly client: Client;
  readonly runtime: RuntimeService;
  /** The scheme of container ids. */
  readonly runtimeName: () => string;
  readonly images: ImageManager;
  readonly volumes: VolumeManager;
  readonly objects: ReferencedObjects;
  readonly probes: ProbeManager;
  readonly crashBackOff: BackOff;
  readonly events: EventSink;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly directories: PodDirectories;
  readonly dns: DnsSettings;
  readonly nodeName: string;
  /** IP addresses, primary first. */
  readonly nodeAddresses: readonly string[];
  readonly allocatable: () => Allocatable;
  readonly memoryBytes: () => number;
  /** Services of all namespaces, once they are known. */
  readonly services: () => Promise<readonly Service[]>;
}
