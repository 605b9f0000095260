import { join } from 'node:path';
import type { Pod } from '#api/core/v1/pod.ts';

/** Where the kubelet keeps what belongs to a pod; the layout is upstream's. */
export class PodDirectories {
  readonly root: string;
  readonly logs: string;

  /** `root` is the kubelet's own directory, `logs` the one that holds a directory of logs per pod. */
  constructor(root: string, logs: string) {
    this.root = root;
    this.logs = logs;
  }

  get pods(): string {
    return join(this.root, 'pods');
  }

  pod(uid: string): string {
    return join(this.pods, uid);
  }

  etcHosts(uid: string): string {
    return join(this.pod(uid), 'etc-hosts');
  }

  /** Files of one container, such as its termination log. */
  container(uid: string, name: string): string {
    return join(this.pod(uid), 'containers', name);
  }

  volumes(uid: string): string {
    return join(this.pod(uid), 'volumes');
  }

  /** `plugin` is `configmap`, `empty-dir`, …, as upstream names volume plugins. */
  volume(uid: string, plugin: string, name: string): string {
    return join(this.volumes(uid), `kubernetes.io~${plugin}`, name);
  }

  podLogs(pod: Pod): string {
    const { namespace = '', name = '', uid = '' } = pod.metadata ?? {};
    return join(this.logs, `${namespace}_${name}_${uid}`);
  }
}

/** The log of a container's attempt, relative to the pod's log directory. */
export const containerLogPath = (container: string, attempt: number): string => join(container, `${attempt}.log`);
