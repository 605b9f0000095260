import { chmod, chown, mkdir, rm } from 'node:fs/promises';
import { PersistentVolumes } from '#api/core/v1/persistent-volume.ts';
import { PersistentVolumeClaims } from '#api/core/v1/persistent-volume-claim.ts';
import type { Pod } from '#api/core/v1/pod.ts';
import type { Volume } from '#api/core/v1/volume.ts';
import type { PodRuntimeFacts } from '../container/field-ref.ts';
import type { Allocatable } from '../container/resource-field.ts';
import type { PodDirectories } from '../pod-directories.ts';
import { specOf, uidOf } from '../pod-parts.ts';
import type { ReferencedObjects } from '../referenced-objects.ts';
import { writeAtomically } from './atomic-writer.ts';
import { prepareHostPath } from './host-path.ts';
import { mountTmpfs, unmountBelow } from './mounts.ts';
import { type Payload, samePayload } from './payload.ts';
import type { PodCertificates } from './pod-certificates.ts';
import { type Projected, projectVolume } from './projections.ts';
import type { ServiceAccountTokens } from './service-account-tokens.ts';
import { tmpfsSize } from './tmpfs-size.ts';
import type { TrustBundles } from './trust-bundles.ts';

/** A volume in place on the node. */
export interface MountedVolume {
  readonly hostPath: string;
  readonly readOnly: boolean;
}

/** What came of a pod's volumes. */
export interface VolumesResult {
  readonly volumes: ReadonlyMap<string, MountedVolume>;
  /** Volume name to why it is not there. */
  readonly failures: ReadonlyMap<string, string>;
  /** When tokens and certificates in volumes have to be renewed, milliseconds since the epoch; 0 for never. */
  readonly renewAt: number;
}

export interface VolumeManagerOptions {
  readonly directories: PodDirectories;
  readonly objects: ReferencedObjects;
  readonly tokens: ServiceAccountTokens;
  readonly bundles: TrustBundles;
  readonly certificates: PodCertificates;
  readonly allocatable: () => Allocatable;
}

const PLUGINS = ['configMap', 'secret', 'downwardAPI', 'projected'] as const;
const DIRECTORY_NAMES = {
  configMap: 'configmap',
  secret: 'secret',
  downwardAPI: 'downward-api',
  projected: 'projected',
};

/** Puts pods' volumes in place on the node, keeps their contents current, and takes them away. */
export class VolumeManager {
  readonly #options: VolumeManagerOptions;
  /** What was written last, by volume directory. */
  readonly #written = new Map<string, Payload>();
  /** Volumes without contents of ours that are in place, by pod. */
  readonly #ready = new Map<string, Map<string, MountedVolume>>();

  constructor(options: VolumeManagerOptions) {
    this.#options = options;
  }

  /** Puts every volume of a pod in place, in parallel; writes only what differs from last time. */
  async mount(pod: Pod, facts: PodRuntimeFacts): Promise<VolumesResult> {
    const volumes = new Map<string, MountedVolume>();
    const failures = new Map<string, string>();
    let renewAt = 0;
    await Promise.all(
      (specOf(pod).volumes ?? []).map(async (volume) => {
        try {
          const mounted = await this.#mountOne(pod, volume, facts);
          volumes.set(volume.name, mounted);
          if (mounted.renewAt > 0) renewAt = renewAt === 0 ? mounted.renewAt : Math.min(renewAt, mounted.renewAt);
        } catch (error) {
          failures.set(volume.name, (error as Error).message);
        }
      }),
    );
    return { volumes, failures, renewAt };
  }

  /** Takes away everything of a pod: mounts, files, tokens, interest in objects. */
  async remove(podUid: string): Promise<void> {
    const { directories, objects, tokens, bundles, certificates } = this.#options;
    objects.release(podUid);
    tokens.forget(podUid);
    bundles.release(podUid);
    certificates.forget(podUid);
    this.#ready.delete(podUid);
    const directory = directories.volumes(podUid);
    for (const path of this.#written.keys()) if (path.startsWith(`${directory}/`)) this.#written.delete(path);
    await unmountBelow(directories.pod(podUid));
    await rm(directories.pod(podUid), { recursive: true, force: true });
  }

  async #mountOne(pod: Pod, volume: Volume, facts: PodRuntimeFacts): Promise<MountedVolume & { renewAt: number }> {
    const sources = { ...this.#options, allocatable: this.#options.allocatable(), facts };
    const projected = await projectVolume(pod, volume, sources);
    if (projected) return this.#mountPayload(pod, volume, projected);
    const known = this.#ready.get(uidOf(pod))?.get(volume.name);
    if (known) return { ...known, renewAt: 0 };
    const mounted = await this.#mountPlain(pod, volume);
    const ready = this.#ready.get(uidOf(pod)) ?? new Map<string, MountedVolume>();
    this.#ready.set(uidOf(pod), ready.set(volume.name, mounted));
    return { ...mounted, renewAt: 0 };
  }

  async #mountPayload(pod: Pod, volume: Volume, { payload, renewAt }: Projected) {
    const kind = PLUGINS.find((name) => volume[name]) as (typeof PLUGINS)[number];
    const hostPath = this.#options.directories.volume(uidOf(pod), DIRECTORY_NAMES[kind], volume.name);
    const written = this.#written.get(hostPath);
    if (!written || !samePayload(written, payload)) {
      await writeAtomically(hostPath, payload, { group: specOf(pod).securityContext?.fsGroup });
      this.#written.set(hostPath, payload);
    }
    return { hostPath, readOnly: true, renewAt };
  }

  async #mountPlain(pod: Pod, volume: Volume): Promise<MountedVolume> {
    const { emptyDir, hostPath, persistentVolumeClaim, ephemeral } = volume;
    if (emptyDir) return this.#mountEmptyDir(pod, volume);
    if (hostPath) {
      await prepareHostPath(hostPath.path, hostPath.type);
      return { hostPath: hostPath.path, readOnly: false };
    }
    if (persistentVolumeClaim)
      return this.#mountClaim(pod, persistentVolumeClaim.claimName, persistentVolumeClaim.readOnly);
    if (ephemeral) return this.#mountClaim(pod, `${pod.metadata?.name}-${volume.name}`, false);
    throw new Error(
      `no volume plugin matched: ${Object.keys(volume)
        .filter((key) => key !== 'name')
        .join(', ')}`,
    );
  }

  async #mountEmptyDir(pod: Pod, { name, emptyDir }: Volume): Promise<MountedVolume> {
    const directory = this.#options.directories.volume(uidOf(pod), 'empty-dir', name);
    const group = specOf(pod).securityContext?.fsGroup;
    await mkdir(directory, { recursive: true });
    if (emptyDir?.medium === 'Memory') {
      await mountTmpfs(directory, tmpfsSize(specOf(pod), emptyDir, this.#options.allocatable()));
    }
    if (group !== undefined) await chown(directory, 0, group);
    await chmod(directory, group === undefined ? 0o777 : 0o2777);
    return { hostPath: directory, readOnly: false };
  }

  async #mountClaim(pod: Pod, name: string, readOnly = false): Promise<MountedVolume> {
    const { objects } = this.#options;
    const [namespace, podUid] = [pod.metadata?.namespace ?? '', uidOf(pod)];
    const claim = await objects.get(PersistentVolumeClaims, { namespace, name, podUid });
    if (claim === undefined) throw new Error(`persistentvolumeclaim "${name}" not found`);
    const volumeName = claim.spec?.volumeName;
    if (!volumeName || claim.status?.phase !== 'Bound') throw new Error(`PVC ${namespace}/${name} is not bound`);
    const volume = await objects.get(PersistentVolumes, { namespace: '', name: volumeName, podUid });
    if (volume === undefined) throw new Error(`persistentvolume "${volumeName}" not found`);
    const { hostPath, local } = volume.spec ?? {};
    const path = hostPath?.path ?? local?.path;
    if (path === undefined) throw new Error(`no volume plugin matched: persistent volume ${volumeName}`);
    await prepareHostPath(path, local ? 'Directory' : (hostPath?.type ?? ''));
    const group = specOf(pod).securityContext?.fsGroup;
    if (local && group !== undefined) {
      await chown(path, 0, group);
      await chmod(path, 0o2775);
    }
    return { hostPath: path, readOnly };
  }
}
