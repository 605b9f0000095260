import type { AnyResourceDefinition } from '#api/resource-definition.ts';
import type { ControllerContext, Runnable } from '#controller/manager.ts';
import type { PodNetwork } from './pod-network.ts';
import type { VolumeProvisioner } from './volume-provisioner.ts';

/** One built-in controller, as the lists of controllers hold it. */
export interface ControllerEntry {
  /** As `--controllers` of upstream's controller manager calls it. */
  readonly name: string;
  /** The service account in kube-system it acts as; absent for those that act as the controller manager itself. */
  readonly serviceAccount?: string;
  /** Who its events come from, where that is not the service account's name. */
  readonly eventSource?: string;
  /** Whether it runs unless it is named; true when absent. */
  readonly byDefault?: boolean;
  /** The feature without which it does not run. */
  readonly feature?: string;
  readonly create: (context: ControllerContext, options: ControllersOptions) => Runnable;
}

/** What the controllers are told from outside. */
export interface ControllersOptions {
  /** Features that are on. */
  readonly featureGates?: ReadonlySet<string>;
  /** The certificate authority of the API server as PEM, published to every namespace. */
  readonly rootCa?: string;
  /** The authority that signs the certificates of the cluster's own signers, PEM; asked for when one is to be signed. */
  readonly signingCa?: () => Promise<{ readonly certificate: string; readonly key: string } | undefined>;
  /** Signs a token that is to lie in a secret of a service account. */
  readonly signServiceAccountToken?: (specification: {
    readonly namespace: string;
    readonly secret: string;
    readonly account: { readonly name: string; readonly uid: string };
  }) => Promise<string>;
  /** Every resource that holds objects, CRDs' included; asked each time because CRDs come and go. Default: the built-in ones. */
  readonly resources?: () => readonly AnyResourceDefinition[];
  /** Calls `listener` whenever `resources` answers something else; without it they are looked at every few seconds. */
  readonly onResourcesChanged?: (listener: () => void) => void;
  /** How long a node may be silent before its state is unknown. Default 50 s. */
  readonly nodeMonitorGraceMs?: number;
  /** Makes volumes in this cluster itself; without it every provisioner is somebody else's. */
  readonly volumeProvisioner?: VolumeProvisioner;
  /** Where nodes' pods get their addresses from; without it nodes are given no ranges. */
  readonly podNetwork?: PodNetwork;
  /** Finished pods beyond this many are removed, the oldest first. Default 12500. */
  readonly terminatedPodThreshold?: number;
  /** How long tokens that lie in secrets are kept after their last use, if nobody asked for them. Default a year. */
  readonly legacyTokenCleanUpPeriodMs?: number;
}
