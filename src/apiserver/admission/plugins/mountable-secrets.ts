import type { Container } from '#api/core/v1/container.ts';
import type { PodSpec } from '#api/core/v1/pod-spec.ts';
import type { ServiceAccount } from '#api/core/v1/service-account.ts';

type UsesEnv = Pick<Container, 'name' | 'env' | 'envFrom'>;

/** What is wrong with a pod's use of secrets under an account that lists those it may use; undefined when nothing is. */
export function foreignSecret(spec: PodSpec, account: ServiceAccount): string | undefined {
  const allowed = new Set((account.secrets ?? []).map(({ name }) => name));
  const tail = `is not allowed because service account ${account.metadata?.name} does not reference that`;
  for (const { secret } of spec.volumes ?? []) {
    if (secret && !allowed.has(secret.secretName)) {
      return `volume with secret.secretName="${secret.secretName ?? ''}" ${tail} secret`;
    }
  }
  const inContainer =
    inEnv(spec.initContainers, 'init container', allowed, `${tail} secret`) ??
    inEnv(spec.containers, 'container', allowed, `${tail} secret`);
  if (inContainer) return inContainer;
  const pullable = new Set((account.imagePullSecrets ?? []).map(({ name }) => name));
  const index = (spec.imagePullSecrets ?? []).findIndex(({ name }) => !pullable.has(name));
  if (index < 0) return undefined;
  return `imagePullSecrets[${index}].name="${spec.imagePullSecrets?.[index]?.name ?? ''}" ${tail} imagePullSecret`;
}

/** As `foreignSecret`, for containers that are added to a running pod. */
export function foreignSecretOfEphemeral(spec: PodSpec, account: ServiceAccount): string | undefined {
  const allowed = new Set((account.secrets ?? []).map(({ name }) => name));
  const tail = `is not allowed because service account ${account.metadata?.name} does not reference that secret`;
  return inEnv(spec.ephemeralContainers, 'ephemeral container', allowed, tail);
}

function inEnv(
  containers: readonly UsesEnv[] | undefined,
  kind: string,
  allowed: ReadonlySet<string | undefined>,
  tail: string,
): string | undefined {
  for (const { name, env, envFrom } of containers ?? []) {
    for (const { name: variable, valueFrom } of env ?? []) {
      const secret = valueFrom?.secretKeyRef;
      if (secret && !allowed.has(secret.name)) {
        return `${kind} ${name} with envVar ${variable} referencing secret.secretName="${secret.name ?? ''}" ${tail}`;
      }
    }
    for (const { secretRef } of envFrom ?? []) {
      if (secretRef && !allowed.has(secretRef.name)) {
        return `${kind} ${name} with envFrom referencing secret.secretName="${secretRef.name ?? ''}" ${tail}`;
      }
    }
  }
  return undefined;
}
