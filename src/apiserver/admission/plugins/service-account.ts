import type { Pod } from '#api/core/v1/pod.ts';
import type { ServiceAccount } from '#api/core/v1/service-account.ts';
import { type Random, randomNameSuffix } from '#base/random.ts';
import { newForbidden } from '#machinery/errors/status-error.ts';
import type { Mutable } from '#machinery/schema/schema.ts';
import type { AdmissionPlugin } from '../admission.ts';

const TOKEN_PATH = '/var/run/secrets/kubernetes.io/serviceaccount';
/** An hour and seven seconds: the kubelet tells a token it asked for from one that a pod asked for. */
const TOKEN_SECONDS = 3607;
const MIRROR_ANNOTATION = 'kubernetes.io/config.mirror';

type OwnedPod = Mutable<Pod>;
type OwnedSpec = NonNullable<OwnedPod['spec']>;

/** Gives every pod a service account and, unless it declines, the account's token as a volume. */
export function createServiceAccountAdmission(
  accountOf: (namespace: string, name: string) => ServiceAccount | undefined,
  random: Random,
): AdmissionPlugin {
  return {
    name: 'ServiceAccount',
    mutate({ operation, target, definition, object }) {
      if (definition.kind !== 'Pod' || definition.group !== '' || target.subresource !== '' || operation !== 'CREATE')
        return;
      const pod = object as OwnedPod;
      if (!pod.spec || pod.metadata?.annotations?.[MIRROR_ANNOTATION]) return;
      const name = (pod.spec.serviceAccountName ||= 'default');
      pod.spec.serviceAccount = name;
      const account = accountOf(target.namespace, name);
      if (account === undefined) {
        const detail = `error looking up service account ${target.namespace}/${name}: serviceaccount ${JSON.stringify(name)} not found`;
        throw newForbidden({ group: '', resource: 'pods' }, pod.metadata?.name ?? '', detail);
      }
      if (!pod.spec.imagePullSecrets?.length && account.imagePullSecrets?.length) {
        pod.spec.imagePullSecrets = account.imagePullSecrets.map((reference) => ({ ...reference }));
      }
      const wanted = pod.spec.automountServiceAccountToken ?? account.automountServiceAccountToken ?? true;
      if (wanted) mountToken(pod.spec, random);
    },
  };
}

function mountToken(spec: OwnedSpec, random: Random): void {
  const existing = spec.volumes?.find((volume) => volume.name.startsWith('kube-api-access-'));
  const name = existing?.name ?? `kube-api-access-${randomNameSuffix(random)}`;
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
