import type { Pod } from '#api/core/v1/pod.ts';
import type { PodSpec } from '#api/core/v1/pod-spec.ts';
import { type ServiceAccount, ServiceAccounts } from '#api/core/v1/service-account.ts';
import { fnv1a } from '#base/fnv.ts';
import { randomNameSuffix, seededRandom } from '#base/random.ts';
import type { Mutable } from '#machinery/schema/schema.ts';
import type { AdmissionAttributes, AdmissionPlugin } from '../admission.ts';
import type { AdmissionSource } from '../admission-source.ts';
import { forbidden, isAbout, isPodCreation } from '../requests.ts';
import { foreignSecret, foreignSecretOfEphemeral } from './mountable-secrets.ts';

const TOKEN_PATH = '/var/run/secrets/kubernetes.io/serviceaccount';
/** An hour and seven seconds: the kubelet tells a token it asked for from one that a pod asked for. */
const TOKEN_SECONDS = 3607;
const TOKEN_VOLUME_PREFIX = 'kube-api-access-';
const MIRROR_ANNOTATION = 'kubernetes.io/config.mirror';
const ENFORCE_ANNOTATION = 'kubernetes.io/enforce-mountable-secrets';

/** What Go reads as true. */
const TRUE = new Set(['1', 't', 'T', 'true', 'True', 'TRUE']);

type OwnedPod = Mutable<Pod>;
type OwnedSpec = NonNullable<OwnedPod['spec']>;

/** Gives every pod a service account and, unless it declines, the account's token as a volume. */
export function createServiceAccountAdmission(source: Pick<AdmissionSource, 'get'>): AdmissionPlugin {
  const accountOf = (attributes: AdmissionAttributes, name: string): ServiceAccount => {
    const { namespace } = attributes.target;
    const account = source.get(ServiceAccounts, namespace, name);
    if (account !== undefined) return account;
    const missing = `serviceaccount ${JSON.stringify(name)} not found`;
    throw forbidden(attributes, `error looking up service account ${namespace}/${name}: ${missing}`);
  };
  return {
    name: 'ServiceAccount',
    resources: ['pods'],
    mutate(attributes) {
      if (!isPodCreation(attributes)) return;
      const { spec, metadata } = attributes.object as OwnedPod;
      if (!spec || metadata?.annotations?.[MIRROR_ANNOTATION] !== undefined) return;
      const name = (spec.serviceAccountName ||= 'default');
      spec.serviceAccount = name;
      const account = accountOf(attributes, name);
      if (!spec.imagePullSecrets?.length && account.imagePullSecrets?.length) {
        spec.imagePullSecrets = account.imagePullSecrets.map((reference) => ({ ...reference }));
      }
      const wanted = spec.automountServiceAccountToken ?? account.automountServiceAccountToken ?? true;
      if (wanted) mountToken(spec, account);
    },
    validate(attributes) {
      const isDebug = attributes.operation === 'UPDATE' && isAbout(attributes, 'pods', 'ephemeralcontainers');
      if (!isDebug && !isPodCreation(attributes)) return;
      const { spec, metadata } = attributes.object as Pod;
      if (!spec) return;
      if (!isDebug && metadata?.annotations?.[MIRROR_ANNOTATION] !== undefined) return checkMirror(attributes, spec);
      const account = accountOf(attributes, spec.serviceAccountName || 'default');
      if (!TRUE.has(account.metadata?.annotations?.[ENFORCE_ANNOTATION] ?? '')) return;
      const foreign = isDebug ? foreignSecretOfEphemeral(spec, account) : foreignSecret(spec, account);
      if (foreign) throw forbidden(attributes, foreign);
    },
  };
}

/** Pods that a node made by itself have no identity and see no secrets. */
function checkMirror(attributes: AdmissionAttributes, spec: PodSpec): void {
  if (spec.serviceAccountName) throw forbidden(attributes, 'a mirror pod may not reference service accounts');
  const containers = [...(spec.initContainers ?? []), ...(spec.containers ?? [])];
  const volumes = spec.volumes ?? [];
  const usesSecrets =
    volumes.some(({ secret, projected }) => secret || projected?.sources?.some((source) => source.secret)) ||
    (spec.imagePullSecrets ?? []).length > 0 ||
    containers.some(
      ({ env, envFrom }) =>
        env?.some(({ valueFrom }) => valueFrom?.secretKeyRef) || envFrom?.some(({ secretRef }) => secretRef),
    );
  if (usesSecrets) throw forbidden(attributes, 'a mirror pod may not reference secrets');
  if (volumes.some(({ projected }) => projected?.sources?.some((source) => source.serviceAccountToken))) {
    throw forbidden(attributes, 'a mirror pod may not use ServiceAccountToken volume projections');
  }
}

/** A name of upstream's form; the same for all pods of an account, so that pods of one template stay alike. */
function tokenVolumeName({ metadata }: ServiceAccount): string {
  const seed = fnv1a(metadata?.uid ?? `${metadata?.namespace}/${metadata?.name}`);
  return `${TOKEN_VOLUME_PREFIX}${randomNameSuffix(seededRandom(seed))}`;
}

function mountToken(spec: OwnedSpec, account: ServiceAccount): void {
  const existing = spec.volumes?.find((volume) => volume.name.startsWith(TOKEN_VOLUME_PREFIX));
  const name = existing?.name ?? tokenVolumeName(account);
  let used = false;
  for (const container of [...(spec.initContainers ?? []), ...(spec.containers ?? [])]) {
    if ((container.volumeMounts ?? []).some((mount) => mount.mountPath === TOKEN_PATH)) continue;
    container.volumeMounts = [...(container.volumeMounts ?? []), { name, readOnly: true, mountPath: TOKEN_PATH }];
    used = true;
  }
  if (used && !existing) spec.volumes = [...(spec.volumes ?? []), tokenVolume(name)];
}

const tokenVolume = (name: string): NonNullable<OwnedSpec['volumes']>[number] => ({
  name,
  projected: {
    defaultMode: 0o644,
    sources: [
      { serviceAccountToken: { expirationSeconds: TOKEN_SECONDS, path: 'token' } },
      { configMap: { name: 'kube-root-ca.crt', items: [{ key: 'ca.crt', path: 'ca.crt' }] } },
      {
        downwardAPI: {
          items: [{ path: 'namespace', fieldRef: { apiVersion: 'v1', fieldPath: 'metadata.namespace' } }],
        },
      },
    ],
  },
});
