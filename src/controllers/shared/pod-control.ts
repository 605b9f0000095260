import type { Pod } from '#api/core/v1/pod.ts';
import { Pods } from '#api/core/v1/pod.ts';
import type { PodTemplateSpec } from '#api/core/v1/pod-template-spec.ts';
import type { KubernetesObject } from '#api/resource-definition.ts';
import type { ControllerContext } from '#controller/manager.ts';
import type { OwnWrites } from '#controller/own-writes.ts';
import { newControllerReference } from '#controller/owner-references.ts';
import { isNotFound, StatusError } from '#machinery/errors/status-error.ts';

/** Creates and deletes pods for an owner, telling of it in events on the owner. */
export class PodControl {
  readonly #context: ControllerContext;
  readonly #writes: OwnWrites<Pod>;

  constructor(context: ControllerContext, writes: OwnWrites<Pod>) {
    this.#context = context;
    this.#writes = writes;
  }

  /** Creates a pod; rejects after telling of the failure, except when the namespace is on its way out. */
  async create(owner: KubernetesObject, pod: Pod): Promise<Pod | undefined> {
    const { client, events } = this.#context;
    const namespace = owner.metadata?.namespace ?? '';
    try {
      const created = this.#writes.wrote(await client.of(Pods).create(pod, { namespace }));
      events.record(owner, 'Normal', 'SuccessfulCreate', `Created pod: ${created.metadata?.name}`);
      return created;
    } catch (error) {
      if (isNamespaceTerminating(error)) return undefined;
      events.record(owner, 'Warning', 'FailedCreate', `Error creating: ${messageOf(error)}`);
      throw error;
    }
  }

  /** Deletes a pod; one that is gone already is fine. */
  async delete(owner: KubernetesObject, pod: Pod): Promise<void> {
    const { client, events } = this.#context;
    const { name = '', namespace = '', uid } = pod.metadata ?? {};
    try {
      const preconditions = uid === undefined ? {} : { preconditions: { uid } };
      const left = (await client.of(Pods).delete(name, { namespace, ...preconditions })) as Pod;
      if (left.kind === 'Pod' && isKept(left)) this.#writes.wrote(left);
      else this.#writes.deleted(pod);
      events.record(owner, 'Normal', 'SuccessfulDelete', `Deleted pod: ${name}`);
    } catch (error) {
      if (isNotFound(error)) return this.#writes.deleted(pod);
      events.record(owner, 'Warning', 'FailedDelete', `Error deleting: ${messageOf(error)}`);
      throw error;
    }
  }
}

/** Whether a pod that is being deleted is still there: its node, or whoever has put a finalizer on it, has yet to agree. */
export const isKept = ({ metadata }: Pod): boolean =>
  Boolean(metadata?.deletionGracePeriodSeconds) || (metadata?.finalizers?.length ?? 0) > 0;

/** A pod as a template wants it, controlled by `owner`; its name is made by the server from the owner's. */
export function podFromTemplate(
  owner: KubernetesObject,
  kind: { readonly apiVersion: string; readonly kind: string },
  template: PodTemplateSpec | undefined,
): Pod {
  const { labels, annotations, finalizers } = template?.metadata ?? {};
  return {
    metadata: {
      generateName: `${owner.metadata?.name}-`,
      namespace: owner.metadata?.namespace,
      ...(labels ? { labels } : {}),
      ...(annotations ? { annotations } : {}),
      ...(finalizers ? { finalizers } : {}),
      ownerReferences: [newControllerReference(owner, kind)],
    },
    ...(template?.spec ? { spec: template.spec } : {}),
  };
}

export const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

/** Whether a creation failed because its namespace is being deleted: trying again would not help. */
export const isNamespaceTerminating = (error: unknown): boolean =>
  error instanceof StatusError &&
  (error.status.details?.causes?.some(({ reason }) => reason === 'NamespaceTerminating') ?? false);
