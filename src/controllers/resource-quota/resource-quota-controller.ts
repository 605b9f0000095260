import type { Pod } from '#api/core/v1/pod.ts';
import { ResourceQuotas } from '#api/core/v1/resource-quota.ts';
import type { Amounts } from '#api/quota/amounts.ts';
import { countUsage, evaluatorFor, evaluatorsFor } from '#api/quota/evaluators.ts';
import { expiryOf } from '#api/quota/pod-usage.ts';
import type { AnyResourceDefinition, KubernetesObject } from '#api/resource-definition.ts';
import type { Informer } from '#client/informer.ts';
import { keyOf } from '#client/object-store.ts';
import { Controller, type Result } from '#controller/controller.ts';
import type { ControllerContext, Runnable } from '#controller/manager.ts';
import { deepEqual } from '#machinery/objects/deep-equal.ts';
import type { ControllersOptions } from '../controller-entry.ts';
import { followResources, storedResources } from '../shared/resources.ts';
import { nextQuotaStatus } from './quota-status.ts';

/** Everything is counted anew this often. */
const RESYNC_MS = 5 * 60_000;
/** New objects were charged for when they were made: this catches those that were not, and waits for more of them. */
const SETTLE_MS = 250;
const BY_NAMESPACE = 'namespace';

/** A resource in sight, as it was defined when that began. */
interface Watched {
  readonly definition: AnyResourceDefinition;
  readonly informer: Informer<KubernetesObject>;
}

/** Counts what objects use of their namespaces' quotas: at once when they go or a quota changes, and now and then. */
export class ResourceQuotaController implements Runnable {
  readonly name = 'resourcequota';
  readonly #context: ControllerContext;
  readonly #options: ControllersOptions;
  readonly #controller: Controller;
  readonly #watched = new Map<string, Watched>();

  constructor(context: ControllerContext, options: ControllersOptions) {
    this.#context = context;
    this.#options = options;
    this.#controller = new Controller(this.name, context).reconciles((key, signal) => this.#reconcile(key, signal));
    const quotas = context.informers.of(ResourceQuotas);
    quotas.store.addIndex(BY_NAMESPACE, namespaceOf);
    quotas.addHandler({
      added: (quota) => this.#controller.queue.add(keyOf(quota)),
      // What admission charges is counted already.
      updated: (quota, old) => {
        const same = deepEqual(quota.spec, old.spec) && deepEqual(quota.status?.hard, old.status?.hard);
        if (!same || (quota.status?.used === undefined && old.status?.used !== undefined))
          this.#controller.queue.add(keyOf(quota));
      },
    });
  }

  async run(signal: AbortSignal): Promise<void> {
    const { clock } = this.#context;
    const following = followResources(this.#options, { clock, signal }, () => this.#recountChanged());
    await Promise.all([this.#controller.run(signal), following]);
  }

  /** Counts anew what came with a resource that is new, or has another definition now. */
  #recountChanged(): void {
    for (const quota of this.#context.informers.of(ResourceQuotas).store.list()) {
      const needed = evaluatorsFor(Object.keys(quota.spec?.hard ?? {}));
      if (needed.some(({ resource }) => this.#informer(resource) !== this.#watched.get(resource)?.informer)) {
        this.#controller.queue.add(keyOf(quota));
      }
    }
  }

  async #reconcile(key: string, signal: AbortSignal): Promise<Result | undefined> {
    const { informers, client, clock } = this.#context;
    const find = () => informers.of(ResourceQuotas).store.getByKey(key);
    const names = Object.keys(find()?.spec?.hard ?? {});
    await Promise.all(evaluatorsFor(names).map(({ resource }) => this.#watch(resource, signal)));
    const quota = find();
    if (quota === undefined) return undefined;
    const namespace = quota.metadata?.namespace ?? '';
    const counted = countUsage(quota.spec, (resource) => this.#objects(resource, namespace), clock.now());
    const status = nextQuotaStatus(quota, counted);
    if (status) await client.of(ResourceQuotas).updateStatus({ ...quota, status });
    return { requeueAfterMs: Math.min(RESYNC_MS, this.#untilPodExpires(namespace)) };
  }

  #objects(resource: string, namespace: string): readonly KubernetesObject[] | undefined {
    return this.#watched.get(resource)?.informer.store.byIndex(BY_NAMESPACE, namespace);
  }

  /** The informer of a resource as it is defined now; undefined when there is none. */
  #informer(resource: string): Informer<KubernetesObject> | undefined {
    const definition = this.#definition(resource);
    return definition && this.#context.informers.of(definition);
  }

  #definition(resource: string): AnyResourceDefinition | undefined {
    return storedResources(this.#options).find((one) => nameOf(one) === resource);
  }

  /** Milliseconds until some pod that should be gone by then counts no more. */
  #untilPodExpires(namespace: string): number {
    const now = this.#context.clock.now();
    const pods = (this.#objects('pods', namespace) ?? []) as readonly Pod[];
    const times = pods.map((pod) => expiryOf(pod) - now).filter((wait) => wait >= 0 && Number.isFinite(wait));
    return Math.min(...times, Number.POSITIVE_INFINITY) + 1;
  }

  /** Keeps the objects of a resource that some quota names in sight from now on. */
  async #watch(resource: string, signal: AbortSignal): Promise<void> {
    const { informers } = this.#context;
    const definition = this.#definition(resource);
    const known = this.#watched.get(resource);
    if (known && known.definition !== definition) {
      informers.forget(known.definition);
      this.#watched.delete(resource);
    }
    if (definition === undefined) return;
    const informer = informers.of(definition);
    if (known?.informer !== informer) {
      informer.store.addIndex(BY_NAMESPACE, namespaceOf);
      this.#watched.set(resource, { definition, informer });
      const { usage } = evaluatorFor(resource);
      const queueLater = (object: KubernetesObject) => this.#queue(resource, object, SETTLE_MS);
      informer.addHandler({
        added: queueLater,
        updated: (object, old) => {
          const now = this.#context.clock.now();
          const [after, before] = [usage(object, now), usage(old, now)];
          if (!sameAmounts(after, before)) this.#queue(resource, object, after.size < before.size ? 0 : SETTLE_MS);
        },
        deleted: (object) => this.#queue(resource, object, 0),
      });
      informers.run(definition, signal);
    }
    await informer.synced();
  }

  /** The quotas of the object's namespace that count objects of its kind. */
  #queue(resource: string, object: KubernetesObject, delayMs: number): void {
    const { measures } = evaluatorFor(resource);
    const quotas = this.#context.informers.of(ResourceQuotas).store.byIndex(BY_NAMESPACE, namespaceOf(object)[0] ?? '');
    for (const quota of quotas.filter((each) => Object.keys(each.spec?.hard ?? {}).some(measures))) {
      this.#controller.queue.addAfter(keyOf(quota), delayMs);
    }
  }
}

const namespaceOf = ({ metadata }: KubernetesObject): readonly [string] => [metadata?.namespace ?? ''];

const nameOf = ({ group, plural }: AnyResourceDefinition): string => (group === '' ? plural : `${plural}.${group}`);

const sameAmounts = (a: Amounts, b: Amounts): boolean =>
  a.size === b.size && [...a].every(([name, amount]) => b.get(name)?.equals(amount));
