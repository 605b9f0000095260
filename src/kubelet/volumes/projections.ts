import { type ConfigMap, ConfigMaps } from '#api/core/v1/config-map.ts';
import type { Pod } from '#api/core/v1/pod.ts';
import { type Secret, Secrets } from '#api/core/v1/secret.ts';
import type { DownwardAPIVolumeFile, KeyToPath, Volume, VolumeProjection } from '#api/core/v1/volume.ts';
import type { KubernetesObject, ResourceDefinition } from '#api/resource-definition.ts';
import { fieldValue, type PodRuntimeFacts } from '../container/field-ref.ts';
import { type Allocatable, resourceFieldValue } from '../container/resource-field.ts';
import { findContainer, specOf, uidOf } from '../pod-parts.ts';
import type { ReferencedObjects } from '../referenced-objects.ts';
import { configMapData, DEFAULT_MODE, type Payload, type PayloadFile, projectKeys, secretData } from './payload.ts';
import type { PodCertificates } from './pod-certificates.ts';
import type { ServiceAccountTokens } from './service-account-tokens.ts';
import type { TrustBundles } from './trust-bundles.ts';

export interface ProjectionSources {
  readonly objects: ReferencedObjects;
  readonly tokens: ServiceAccountTokens;
  readonly bundles: TrustBundles;
  readonly certificates: PodCertificates;
  readonly allocatable: Allocatable;
  readonly facts: PodRuntimeFacts;
}

/** A payload and when it has to be made anew (0: only when something changes). */
export interface Projected {
  readonly payload: Payload;
  readonly renewAt: number;
}

/** The files of a volume that is made from API objects; undefined for other volumes. Rejects saying what is missing. */
export async function projectVolume(
  pod: Pod,
  volume: Volume,
  sources: ProjectionSources,
): Promise<Projected | undefined> {
  const { configMap, secret, downwardAPI, projected } = volume;
  if (configMap) return once(await fromConfigMap(pod, configMap, configMap.defaultMode ?? DEFAULT_MODE, sources));
  if (secret) {
    const reference = { ...secret, name: secret.secretName };
    return once(await fromSecret(pod, reference, secret.defaultMode ?? DEFAULT_MODE, sources));
  }
  if (downwardAPI)
    return once(fromDownwardApi(pod, downwardAPI.items, downwardAPI.defaultMode ?? DEFAULT_MODE, sources));
  if (!projected) return undefined;
  const files = new Map<string, PayloadFile>();
  let renewAt = 0;
  const parts = await Promise.all(
    (projected.sources ?? []).map((source, place) =>
      fromSource(pod, source, { volume: volume.name, place, mode: projected.defaultMode ?? DEFAULT_MODE, sources }),
    ),
  );
  for (const part of parts) {
    for (const [path, file] of part.payload) files.set(path, file);
    if (part.renewAt > 0) renewAt = renewAt === 0 ? part.renewAt : Math.min(renewAt, part.renewAt);
  }
  return { payload: files, renewAt };
}

const once = (payload: Payload): Projected => ({ payload, renewAt: 0 });

async function fromSource(
  pod: Pod,
  source: VolumeProjection,
  {
    mode,
    sources,
    ...where
  }: { readonly volume: string; readonly place: number; readonly mode: number; readonly sources: ProjectionSources },
): Promise<Projected> {
  const { configMap, secret, downwardAPI, serviceAccountToken, clusterTrustBundle, podCertificate } = source;
  if (configMap) return once(await fromConfigMap(pod, configMap, mode, sources));
  if (secret) return once(await fromSecret(pod, secret, mode, sources));
  if (downwardAPI) return once(fromDownwardApi(pod, downwardAPI.items, mode, sources));
  const own = ownFile(pod, mode);
  if (clusterTrustBundle) {
    const bundle = await sources.bundles.get(uidOf(pod), clusterTrustBundle);
    return once(new Map([[clusterTrustBundle.path, own(bundle)]]));
  }
  if (podCertificate) {
    const { key, chain, renewAt } = await sources.certificates.get(pod, where, podCertificate);
    const { credentialBundlePath, keyPath, certificateChainPath } = podCertificate;
    const files = new Map<string, PayloadFile>();
    if (credentialBundlePath) files.set(credentialBundlePath, own(key + chain));
    if (keyPath) files.set(keyPath, own(key));
    if (certificateChainPath) files.set(certificateChainPath, own(chain));
    return { payload: files, renewAt };
  }
  if (!serviceAccountToken) throw new Error(`unsupported projection: ${Object.keys(source).join(', ')}`);
  const { token, renewAt } = await sources.tokens.token(pod, serviceAccountToken);
  return { payload: new Map([[serviceAccountToken.path, own(token)]]), renewAt };
}

/** Makes the files of what is a pod's own: only its user or its group may read them, where it says which these are. */
function ownFile(pod: Pod, mode: number): (text: string) => PayloadFile {
  const uid = commonUser(pod);
  const isPrivate = uid !== undefined || specOf(pod).securityContext?.fsGroup !== undefined;
  return (text) => ({
    data: Buffer.from(text),
    mode: isPrivate ? 0o600 : mode,
    ...(uid === undefined ? {} : { uid }),
  });
}

/** The user that every container runs as, when they all run as the same one: only it may read a token. */
function commonUser(pod: Pod): number | undefined {
  const spec = specOf(pod);
  const users = [...(spec.initContainers ?? []), ...spec.containers].map(
    ({ securityContext }) => securityContext?.runAsUser ?? spec.securityContext?.runAsUser,
  );
  const [first] = users;
  return first !== undefined && users.every((user) => user === first) ? first : undefined;
}

interface Reference {
  readonly name?: string | undefined;
  readonly items?: readonly KeyToPath[] | undefined;
  readonly optional?: boolean | undefined;
}

const CONFIG_MAP_WORDS = { describe: 'configmap', missing: 'configmap references non-existent config key' };
const SECRET_WORDS = { describe: 'secret', missing: 'references non-existent secret key' };

const fromConfigMap = (pod: Pod, reference: Reference, mode: number, sources: ProjectionSources) =>
  fromObject<ConfigMap>(pod, reference, {
    definition: ConfigMaps,
    ...CONFIG_MAP_WORDS,
    mode,
    sources,
    data: configMapData,
  });

const fromSecret = (pod: Pod, reference: Reference, mode: number, sources: ProjectionSources) =>
  fromObject<Secret>(pod, reference, { definition: Secrets, ...SECRET_WORDS, mode, sources, data: secretData });

async function fromObject<T extends KubernetesObject>(
  pod: Pod,
  { name = '', items, optional = false }: Reference,
  options: {
    readonly definition: ResourceDefinition<T>;
    readonly describe: string;
    readonly missing: string;
    readonly mode: number;
    readonly sources: ProjectionSources;
    readonly data: (object: T) => ReadonlyMap<string, Uint8Array>;
  },
): Promise<Payload> {
  const namespace = pod.metadata?.namespace ?? '';
  const object = await options.sources.objects.get(options.definition, { namespace, name, podUid: uidOf(pod) });
  if (object === undefined) {
    if (optional) return new Map();
    throw new Error(`${options.describe} "${name}" not found`);
  }
  return projectKeys(options.data(object), items, { mode: options.mode, optional, missing: options.missing });
}

function fromDownwardApi(
  pod: Pod,
  items: readonly DownwardAPIVolumeFile[] = [],
  mode: number,
  { facts, allocatable }: ProjectionSources,
): Payload {
  const files = new Map<string, PayloadFile>();
  for (const { path, fieldRef, resourceFieldRef, mode: own } of items) {
    let text = '';
    if (fieldRef) text = fieldValue(pod, fieldRef.fieldPath, facts);
    else if (resourceFieldRef) {
      const part = findContainer(specOf(pod), resourceFieldRef.containerName ?? '');
      if (part === undefined) throw new Error(`container ${resourceFieldRef.containerName} not found`);
      text = resourceFieldValue(part.container, resourceFieldRef, allocatable);
    }
    files.set(path, { data: Buffer.from(text), mode: own ?? mode });
  }
  return files;
}
