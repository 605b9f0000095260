import type { Container } from '#api/core/v1/container.ts';
import type { Pod } from '#api/core/v1/pod.ts';
import type { PodSpec } from '#api/core/v1/pod-spec.ts';
import type { ContainerStatus, PodSandboxStatus } from '#cri/runtime.ts';
import { CONTAINER_HASH, CONTAINER_RESTART_COUNT } from '../names.ts';
import { containerHash } from '../sync/container-hash.ts';

/** A pod as the API server defaults it, as far as tests care. */
export const podOf = (spec: Partial<PodSpec>, metadata: Pod['metadata'] = {}): Pod => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name: 'web', namespace: 'default', uid: 'u1', ...metadata },
  spec: { restartPolicy: 'Always', containers: [container('c')], ...spec },
});

export const container = (name: string, more: Partial<Container> = {}): Container => ({
  name,
  image: 'app:1',
  ...more,
});

/** A container as the runtime has it; ids are `<name>-<attempt>`. */
export function runtimeStatus(
  name: string,
  state: 'CREATED' | 'RUNNING' | { readonly exitCode: number },
  { attempt = 0, sandboxId = 's0', image = 'app:1' } = {},
): ContainerStatus {
  const exited = typeof state === 'object';
  return {
    id: `${name}-${attempt}`,
    sandboxId,
    metadata: { name, attempt },
    state: exited ? 'EXITED' : state,
    createdAt: attempt,
    startedAt: state === 'CREATED' ? 0 : 1000,
    finishedAt: exited ? 2000 : 0,
    exitCode: exited ? state.exitCode : 0,
    reason: exited ? (state.exitCode === 0 ? 'Completed' : 'Error') : '',
    message: '',
    image,
    imageRef: 'sha256:1',
    labels: {},
    annotations: { [CONTAINER_HASH]: containerHash({ name, image }), [CONTAINER_RESTART_COUNT]: String(attempt) },
    logPath: '',
    pid: 0,
    mounts: [],
  };
}

export const sandbox = (attempt = 0, state: 'READY' | 'NOTREADY' = 'READY'): PodSandboxStatus => ({
  id: `s${attempt}`,
  metadata: { name: 'web', uid: 'u1', namespace: 'default', attempt },
  state,
  createdAt: 0,
  ips: ['10.1.0.1'],
  labels: {},
  annotations: {},
});
