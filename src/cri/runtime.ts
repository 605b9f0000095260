import type { Duplex, Readable, Writable } from 'node:stream';

/**
 * The container runtime interface: what the kubelet asks of a container runtime, in the terms of upstream's CRI v1.
 * Engines live in folders: `oci` (runc or crun run from this process) and, later, `remote` (any CRI socket).
 * `testing/cri-suite.ts` runs against every engine.
 *
 * Unless stated otherwise, calls on something that does not exist reject with `CriError` code `NotFound`; `stop*` and
 * `remove*` calls are idempotent and accept ids that are gone.
 */
export interface ContainerRuntime {
  readonly runtime: RuntimeService;
  readonly images: ImageService;
  /** Starts what the engine needs (mounts, cgroup roots) and recovers sandboxes and containers left by an earlier process. */
  start(): Promise<void>;
  /** Releases this process's hold; sandboxes and containers keep running and are found by the next `start`. */
  close(): Promise<void>;
}

export interface RuntimeService {
  version(): Promise<VersionResponse>;
  status(): Promise<RuntimeStatus>;

  /** Creates and starts a sandbox: shared namespaces, pod network, cgroup parent. Resolves with its id. */
  runPodSandbox(config: PodSandboxConfig): Promise<string>;
  /** Kills what still runs in the sandbox and gives its network back. */
  stopPodSandbox(sandboxId: string): Promise<void>;
  removePodSandbox(sandboxId: string): Promise<void>;
  podSandboxStatus(sandboxId: string): Promise<PodSandboxStatus>;
  listPodSandboxes(filter?: SandboxFilter): Promise<PodSandboxStatus[]>;

  createContainer(sandboxId: string, config: ContainerConfig, sandboxConfig: PodSandboxConfig): Promise<string>;
  startContainer(containerId: string): Promise<void>;
  /** Sends the stop signal, waits up to `timeoutSeconds`, then SIGKILL. Resolves when the container has exited. */
  stopContainer(containerId: string, timeoutSeconds: number): Promise<void>;
  removeContainer(containerId: string): Promise<void>;
  containerStatus(containerId: string): Promise<ContainerStatus>;
  listContainers(filter?: ContainerFilter): Promise<ContainerStatus[]>;
  containerStats(containerId: string): Promise<ContainerStats>;
  updateContainerResources(containerId: string, resources: LinuxContainerResources): Promise<void>;
  /** Reopens the log file after the kubelet has rotated it. */
  reopenContainerLog(containerId: string): Promise<void>;

  /** Runs a command to its end and collects its output; for probes and lifecycle hooks. On timeout rejects `DeadlineExceeded`. */
  execSync(containerId: string, command: readonly string[], timeoutSeconds?: number): Promise<ExecSyncResult>;
  /** Runs a command with attached streams; resolves with its exit code when it has ended and its output is drained. */
  exec(containerId: string, command: readonly string[], streams: StreamOptions): Promise<number>;
  /** Attaches to the container's main process; resolves when the container exits or the signal aborts. */
  attach(containerId: string, streams: StreamOptions): Promise<void>;
  /** Connects to a TCP port on the loopback address inside the sandbox's network namespace. Rejects when refused. */
  portForward(sandboxId: string, port: number): Promise<Duplex>;

  /** Container events as they happen (created, started, stopped, deleted), so that nothing needs polling. Never ends until the signal aborts. */
  containerEvents(signal: AbortSignal): AsyncIterable<ContainerEvent>;
}

export interface ImageService {
  listImages(): Promise<Image[]>;
  /** Undefined when the image is not present. Accepts a reference (`busybox`, `host/name:tag`, `name@sha256:…`) or an image id. */
  imageStatus(reference: string): Promise<Image | undefined>;
  /** Resolves with the image's id. Rejects with a `CriError` whose message says what the registry answered. */
  pullImage(reference: string, auth?: RegistryAuth, signal?: AbortSignal): Promise<string>;
  /** Removes the tag, or with an id all tags and the layers nobody else uses. */
  removeImage(reference: string): Promise<void>;
  /** Imports a docker-archive, an OCI archive (tar, plain or gzip) or an OCI layout directory; resolves with the references. */
  importImage(path: string, reference?: string): Promise<string[]>;
  fsInfo(): Promise<{ mountpoint: string; usedBytes: number; inodesUsed: number }>;
}

export interface VersionResponse {
  readonly runtimeName: string;
  readonly runtimeVersion: string;
  readonly runtimeApiVersion: string;
}

export interface RuntimeStatus {
  readonly conditions: readonly RuntimeCondition[];
}

export interface RuntimeCondition {
  readonly type: 'RuntimeReady' | 'NetworkReady';
  readonly status: boolean;
  readonly reason: string;
  readonly message: string;
}

export interface PodSandboxMetadata {
  readonly name: string;
  readonly uid: string;
  readonly namespace: string;
  /** Counts sandboxes made for the same pod, from 0. */
  readonly attempt: number;
}

export type NamespaceMode = 'POD' | 'CONTAINER' | 'NODE';

export interface NamespaceOptions {
  readonly network: NamespaceMode;
  readonly pid: NamespaceMode;
  readonly ipc: NamespaceMode;
}

export interface PodSandboxConfig {
  readonly metadata: PodSandboxMetadata;
  readonly hostname: string;
  /** Where the pod's container logs go: `<logDirectory>/<container logPath>`. */
  readonly logDirectory: string;
  readonly dns?: {
    readonly servers: readonly string[];
    readonly searches: readonly string[];
    readonly options: readonly string[];
  };
  readonly portMappings?: readonly PortMapping[];
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
  readonly namespaces: NamespaceOptions;
  /** Sysctls, set in the sandbox's namespaces. */
  readonly sysctls?: Readonly<Record<string, string>>;
  /** Path below the cgroup root, for example `/kubepods/burstable/pod<uid>`. */
  readonly cgroupParent: string;
  readonly resources?: LinuxContainerResources;
}

export interface PortMapping {
  readonly protocol: 'TCP' | 'UDP' | 'SCTP';
  readonly containerPort: number;
  readonly hostPort: number;
  readonly hostIp?: string;
}

export interface LinuxContainerResources {
  readonly cpuPeriod?: number;
  /** Microseconds a period; 0 or absent means no limit. */
  readonly cpuQuota?: number;
  readonly cpuShares?: number;
  readonly memoryLimitInBytes?: number;
  readonly oomScoreAdj?: number;
  readonly pidsLimit?: number;
}

export interface ContainerConfig {
  readonly metadata: { readonly name: string; readonly attempt: number };
  /** Image id or reference; must be present. */
  readonly image: string;
  /** Absent means the image's entrypoint and command, combined with `args` as Kubernetes does. */
  readonly command?: readonly string[];
  readonly args?: readonly string[];
  readonly workingDir?: string;
  readonly envs: readonly { readonly key: string; readonly value: string }[];
  readonly mounts: readonly Mount[];
  readonly devices?: readonly {
    readonly containerPath: string;
    readonly hostPath: string;
    readonly permissions: string;
  }[];
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
  /** Relative to the sandbox's `logDirectory`; CRI log format. */
  readonly logPath: string;
  readonly stdin: boolean;
  readonly stdinOnce: boolean;
  readonly tty: boolean;
  readonly resources?: LinuxContainerResources;
  readonly security?: LinuxContainerSecurity;
  /** Name such as `SIGUSR1`; default the image's, then SIGTERM. */
  readonly stopSignal?: string;
}

export interface Mount {
  readonly containerPath: string;
  readonly hostPath: string;
  readonly readonly: boolean;
  readonly propagation?: 'PRIVATE' | 'HOST_TO_CONTAINER' | 'BIDIRECTIONAL';
}

export interface LinuxContainerSecurity {
  readonly privileged?: boolean;
  readonly capabilities?: { readonly add: readonly string[]; readonly drop: readonly string[] };
  readonly readonlyRootfs?: boolean;
  readonly noNewPrivileges?: boolean;
  readonly runAsUser?: number;
  readonly runAsGroup?: number;
  readonly supplementalGroups?: readonly number[];
  readonly seccompProfile?: 'RuntimeDefault' | 'Unconfined' | { readonly localhostRef: string };
  readonly maskedPaths?: readonly string[];
  readonly readonlyPaths?: readonly string[];
  readonly namespaces?: Partial<NamespaceOptions>;
}

export interface PodSandboxStatus {
  readonly id: string;
  readonly metadata: PodSandboxMetadata;
  readonly state: 'READY' | 'NOTREADY';
  /** Milliseconds since the epoch. */
  readonly createdAt: number;
  /** Primary first; empty for host network. */
  readonly ips: readonly string[];
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
}

export interface SandboxFilter {
  readonly id?: string;
  readonly podUid?: string;
  readonly labels?: Readonly<Record<string, string>>;
}

export type ContainerState = 'CREATED' | 'RUNNING' | 'EXITED' | 'UNKNOWN';

export interface ContainerStatus {
  readonly id: string;
  readonly sandboxId: string;
  readonly metadata: { readonly name: string; readonly attempt: number };
  readonly state: ContainerState;
  /** Milliseconds since the epoch; 0 while it has not happened. */
  readonly createdAt: number;
  readonly startedAt: number;
  readonly finishedAt: number;
  readonly exitCode: number;
  /** `Completed`, `Error`, `OOMKilled`, `StartError`, … for exited containers. */
  readonly reason: string;
  readonly message: string;
  /** As it was asked for. */
  readonly image: string;
  /** `name@sha256:…`, or the image id when it has no digest. */
  readonly imageRef: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
  readonly logPath: string;
  readonly pid: number;
  readonly mounts: readonly Mount[];
}

export interface ContainerFilter {
  readonly id?: string;
  readonly sandboxId?: string;
  readonly state?: ContainerState;
  readonly labels?: Readonly<Record<string, string>>;
}

export interface ContainerStats {
  readonly timestamp: number;
  readonly cpuUsageNanoseconds: number;
  readonly memoryWorkingSetBytes: number;
  readonly memoryRssBytes: number;
  readonly writableLayerBytes: number;
}

export interface ExecSyncResult {
  readonly stdout: Buffer;
  readonly stderr: Buffer;
  readonly exitCode: number;
}

/** Streams of an exec or attach. Absent members are not attached; with `tty`, stderr is merged into stdout. */
export interface StreamOptions {
  readonly stdin?: Readable;
  readonly stdout?: Writable;
  readonly stderr?: Writable;
  readonly tty: boolean;
  /** Window sizes as the client's terminal changes. */
  readonly resize?: AsyncIterable<{ readonly width: number; readonly height: number }>;
  readonly signal?: AbortSignal;
}

export interface ContainerEvent {
  readonly type: 'CREATED' | 'STARTED' | 'STOPPED' | 'DELETED';
  readonly containerId: string;
  readonly sandboxId: string;
  readonly podUid: string;
}

export interface Image {
  /** `sha256:…` of the image configuration. */
  readonly id: string;
  readonly repoTags: readonly string[];
  readonly repoDigests: readonly string[];
  readonly sizeBytes: number;
  /** The image's own USER, when numeric; the kubelet checks runAsNonRoot with it. */
  readonly uid?: number;
  readonly username?: string;
}

export interface RegistryAuth {
  readonly username?: string;
  readonly password?: string;
  readonly identityToken?: string;
}

export type CriErrorCode =
  | 'NotFound'
  | 'AlreadyExists'
  | 'InvalidArgument'
  | 'FailedPrecondition'
  | 'DeadlineExceeded'
  | 'Unavailable'
  | 'Unknown';

/** An error as a CRI server would answer it. */
export class CriError extends Error {
  override readonly name = 'CriError';
  readonly code: CriErrorCode;
  constructor(code: CriErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}

/**
 * How a sandbox gets its addresses. Called by an engine that makes the network namespace itself; implemented in
 * `network/pod-network` (built in) and later by CNI plugins.
 */
export interface PodNetwork {
  /** Prepares the node (bridge or routes, forwarding, address book). */
  start(): Promise<void>;
  /** Connects a namespace file (`/run/netns/…`) and returns its addresses, primary first. */
  attach(request: PodNetworkRequest): Promise<{ readonly ips: readonly string[] }>;
  /** Frees the addresses and devices; harmless when they are gone. */
  detach(request: PodNetworkRequest): Promise<void>;
  status(): Promise<{ readonly ready: boolean; readonly reason: string; readonly message: string }>;
  close(): Promise<void>;
}

export interface PodNetworkRequest {
  readonly sandboxId: string;
  readonly netnsPath: string;
  readonly podName: string;
  readonly podNamespace: string;
  readonly podUid: string;
  readonly portMappings: readonly PortMapping[];
}
