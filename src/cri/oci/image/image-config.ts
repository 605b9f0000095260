/** The part of an OCI or Docker image configuration that running a container needs. */
export interface ImageConfig {
  readonly Entrypoint?: readonly string[] | null;
  readonly Cmd?: readonly string[] | null;
  readonly Env?: readonly string[] | null;
  readonly User?: string;
  readonly WorkingDir?: string;
  readonly StopSignal?: string;
  readonly Volumes?: Readonly<Record<string, unknown>> | null;
}

/** An image configuration blob. */
export interface ImageConfigFile {
  readonly architecture?: string;
  readonly os?: string;
  readonly config?: ImageConfig | null;
  readonly rootfs: { readonly type?: string; readonly diff_ids: readonly string[] };
}

/** Points at a blob: OCI content descriptor. */
export interface Descriptor {
  readonly mediaType: string;
  readonly digest: string;
  readonly size: number;
  readonly annotations?: Readonly<Record<string, string>>;
  readonly platform?: { readonly architecture: string; readonly os: string; readonly variant?: string };
}

export interface ImageManifest {
  readonly mediaType?: string;
  readonly config: Descriptor;
  readonly layers: readonly Descriptor[];
}

export interface ImageIndex {
  readonly mediaType?: string;
  readonly manifests: readonly Descriptor[];
}

/** The host's architecture as images name it. */
export function imageArchitecture(nodeArchitecture: string): string {
  const names: Record<string, string> = { x64: 'amd64', ia32: '386', arm64: 'arm64', arm: 'arm' };
  return names[nodeArchitecture] ?? nodeArchitecture;
}

/** Picks the Linux manifest for an architecture; undefined when the index has none. Attestations carry platform `unknown`. */
export function selectManifest(index: ImageIndex, architecture: string): Descriptor | undefined {
  const matching = index.manifests.filter(
    ({ platform }) => platform?.os === 'linux' && platform.architecture === architecture,
  );
  const withoutPlatform = index.manifests.filter(({ platform }) => platform === undefined);
  return matching[0] ?? withoutPlatform[0];
}

/** Whether a document is an index (or Docker manifest list) rather than a manifest. */
export function isIndex(document: ImageManifest | ImageIndex): document is ImageIndex {
  return 'manifests' in document;
}
