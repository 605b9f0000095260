import { Deployments } from '#api/apps/v1/deployment.ts';
import { ReplicaSets } from '#api/apps/v1/replica-set.ts';
import { StatefulSets } from '#api/apps/v1/stateful-set.ts';
import { type Pod, Pods } from '#api/core/v1/pod.ts';
import { ReplicationControllers } from '#api/core/v1/replication-controller.ts';
import { type PodDisruptionBudget, PodDisruptionBudgets } from '#api/policy/v1/pod-disruption-budget.ts';
import type { KubernetesObject, ResourceDefinition } from '#api/resource-definition.ts';
import { keyOf } from '#client/object-store.ts';
import { Controller, type Result } from '#controller/controller.ts';
import type { ControllerContext } from '#controller/manager.ts';
import { controllerOf } from '#controller/owner-references.ts';
import { deepEqual } from '#machinery/objects/deep-equal.ts';
import { parseTime } from '#machinery/objects/time.ts';
import { selectorFromObject } from '#machinery/selectors/label-selector.ts';
import type { ControllersOptions } from '../controller-entry.ts';
import { isPodFinished } from '../shared/pods.ts';
import { allResources } from '../shared/resources.ts';
import { budgetStatus, DISRUPTION_TIMEOUT_MS, needsScale } from './disruption-plan.ts';

interface Scalable extends KubernetesObject {
  readonly spec?: { readonly replicas?: number | undefined } | undefined;
}
const SCALABLE: readonly ResourceDefinition<never>[] = [
  Deployments,
  ReplicaSets,
  StatefulSets,
  ReplicationControllers,
] as never;

/** Keeps the counts of PodDisruptionBudgets, by which evictions are allowed. */
export class DisruptionController {
  readonly controller: Controller;
  readonly #context: ControllerContext;
  readonly #options: ControllersOptions;

  constructor(context: ControllerContext, options: ControllersOptions) {
    this.#context = context;
    this.#options = options;
    this.controller = new Controller('disruption', context)
      .for(PodDisruptionBudgets)
      .watches(Pods, (pod) => this.#keysOver(pod))
      .reconciles((key) => this.#reconcile(key));
    for (const definition of SCALABLE as unknown as readonly ResourceDefinition<Scalable>[]) {
      this.controller.watches(definition, (object, old) =>
        old && object.spec?.replicas === old.spec?.replicas ? [] : this.#keysIn(object.metadata?.namespace),
      );
    }
  }

  #budgets(): PodDisruptionBudget[] {
    return this.#context.informers.of(PodDisruptionBudgets).store.list();
  }

  #keysIn(namespace: string | undefined): string[] {
    return this.#budgets()
      .filter(({ metadata }) => metadata?.namespace === namespace)
      .map(keyOf);
  }

  #keysOver({ metadata }: Pod): string[] {
    return this.#budgets()
      .filter((one) => one.metadata?.namespace === metadata?.namespace)
      .filter(({ spec }) => selectorFromObject(spec?.selector).matches(metadata?.labels ?? {}))
      .map(keyOf);
  }

  async #reconcile(key: string): Promise<Result | undefined> {
    const { informers, clock, client } = this.#context;
    const object = informers.of(PodDisruptionBudgets).store.getByKey(key);
    if (object === undefined) return undefined;
    const pods = this.#podsOf(object);
    if (pods.length === 0) this.#context.events.record(object, 'Normal', 'NoPods', 'No matching pods found');
    const scale = needsScale(object) ? await this.#scaleOf(pods) : 0;
    const now = clock.now();
    const status = budgetStatus(object, { pods, scale, now });
    if (!deepEqual(object.status, status)) {
      // Evictions write the status too: by the revision neither undoes the other.
      await client.of(PodDisruptionBudgets).updateStatus({ ...object, status });
    }
    const times = Object.values(status.disruptedPods ?? {}).map(
      (time) => parseTime(time) + DISRUPTION_TIMEOUT_MS - now,
    );
    return times.length > 0 ? { requeueAfterMs: Math.max(1, Math.min(...times)) } : undefined;
  }

  #podsOf({ metadata, spec }: PodDisruptionBudget): Pod[] {
    const selector = selectorFromObject(spec?.selector);
    return this.#context.informers
      .of(Pods)
      .store.list()
      .filter((pod) => pod.metadata?.namespace === metadata?.namespace && !isPodFinished(pod))
      .filter((pod) => selector.matches(pod.metadata?.labels ?? {}));
  }

  /** How many pods the controllers of these want together; pods without one count for themselves. */
  async #scaleOf(pods: readonly Pod[]): Promise<number> {
    const scales = new Map<string, number>();
    for (const pod of pods) {
      const owner = controllerOf(pod);
      if (owner === undefined) continue;
      if (scales.has(owner.uid)) continue;
      scales.set(owner.uid, 0);
      const { uid, scale } = await this.#ownerScale(owner, pod.metadata?.namespace ?? '');
      scales.set(uid, scale);
    }
    return [...scales.values()].reduce((sum, scale) => sum + scale, 0);
  }

  /** A ReplicaSet of a Deployment counts as the Deployment, whose sets change while it rolls. */
  async #ownerScale(
    owner: NonNullable<ReturnType<typeof controllerOf>>,
    namespace: string,
  ): Promise<{ readonly uid: string; readonly scale: number }> {
    const known = (SCALABLE as unknown as readonly ResourceDefinition<Scalable>[]).find(
      ({ kind, group, version }) =>
        kind === owner.kind && owner.apiVersion === (group ? `${group}/${version}` : version),
    );
    if (known === undefined) return { uid: owner.uid, scale: await this.#scaleFromServer(owner, namespace) };
    const object = this.#context.informers.of(known).store.get(owner.name, namespace);
    if (object?.metadata?.uid !== owner.uid) return { uid: owner.uid, scale: 0 };
    const above = controllerOf(object);
    if (known.kind === 'ReplicaSet' && above?.kind === 'Deployment') return this.#ownerScale(above, namespace);
    return { uid: owner.uid, scale: object.spec?.replicas ?? 1 };
  }

  async #scaleFromServer(
    { apiVersion, kind, name }: { apiVersion: string; kind: string; name: string },
    namespace: string,
  ) {
    const definition = allResources(this.#options).find(
      (one) => one.kind === kind && apiVersion === (one.group ? `${one.group}/${one.version}` : one.version),
    );
    if (definition?.subresources?.scale === undefined) return 0;
    const { group, version, plural: resource } = definition;
    const request = { verb: 'get', group, version, resource, namespace, name, subresource: 'scale' } as const;
    const scale = (await this.#context.client.transport.request(request)) as Scalable;
    return scale.spec?.replicas ?? 0;
  }
}
