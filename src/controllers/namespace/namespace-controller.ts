import { type Namespace, Namespaces } from '#api/core/v1/namespace.ts';
import { type Pod, Pods } from '#api/core/v1/pod.ts';
import type { AnyResourceDefinition, KubernetesObject } from '#api/resource-definition.ts';
import { Controller, type Result } from '#controller/controller.ts';
import type { ControllerContext } from '#controller/manager.ts';
import { isNotFound } from '#machinery/errors/status-error.ts';
import { deepEqual } from '#machinery/objects/deep-equal.ts';
import { millisecondsOf } from '#machinery/objects/seconds.ts';
import { parseTime } from '#machinery/objects/time.ts';
import type { ControllersOptions } from '../controller-entry.ts';
import { messageOf } from '../shared/pod-control.ts';
import { storedResources } from '../shared/resources.ts';
import { namespaceConditions, type Remaining } from './namespace-conditions.ts';

const FINALIZER = 'kubernetes';
/** Pods tell when they are gone; what waits for other finalizers is looked at this often. */
const RECHECK_MS = 2_000;

/** Empties namespaces that are being deleted, pods first, and then lets them go. */
export class NamespaceController {
  readonly controller: Controller;
  readonly #context: ControllerContext;
  readonly #options: ControllersOptions;

  constructor(context: ControllerContext, options: ControllersOptions) {
    this.#context = context;
    this.#options = options;
    const namespaces = context.informers.of(Namespaces);
    this.controller = new Controller('namespace', context).for(Namespaces).reconciles((name) => this.#reconcile(name));
    context.informers.of(Pods).addHandler({
      // Only what empties a namespace is of interest.
      deleted: ({ metadata }) => {
        const namespace = namespaces.store.get(metadata?.namespace ?? '');
        if (namespace?.metadata?.deletionTimestamp) this.controller.queue.add(namespace.metadata.name ?? '');
      },
    });
  }

  async #reconcile(name: string): Promise<Result | undefined> {
    const { client, informers } = this.#context;
    if (informers.of(Namespaces).store.get(name)?.metadata?.deletionTimestamp === undefined) return undefined;
    const namespace = await client.of(Namespaces).get(name).catch(absent);
    if (namespace?.metadata?.deletionTimestamp === undefined) return undefined;
    const finalizers = namespace.spec?.finalizers ?? [];
    if (!finalizers.includes(FINALIZER)) return undefined;
    const { remaining, failures } = await this.#empty(namespace);
    const told = await this.#tell(namespace, remaining, failures);
    if (remaining.length > 0 || failures.length > 0) return { requeueAfterMs: RECHECK_MS };
    const spec = { ...told.spec, finalizers: finalizers.filter((finalizer) => finalizer !== FINALIZER) };
    await client
      .of(Namespaces)
      .update({ ...told, spec }, { subresource: 'finalize' })
      .catch(absent);
    return undefined;
  }

  /** Deletes everything in a namespace that is not being deleted yet. Other kinds may have to serve pods to their end. */
  async #empty(namespace: Namespace): Promise<{ remaining: Remaining[]; failures: string[] }> {
    const resources = storedResources(this.#options).filter(({ namespaced }) => namespaced);
    const isPods = ({ group, plural }: AnyResourceDefinition) => group === '' && plural === 'pods';
    const first = await this.#emptyOf(namespace, resources.filter(isPods));
    if (first.remaining.length > 0 || first.failures.length > 0) return first;
    return this.#emptyOf(
      namespace,
      resources.filter((definition) => !isPods(definition)),
    );
  }

  async #emptyOf({ metadata }: Namespace, resources: readonly AnyResourceDefinition[]) {
    const { name = '', deletionTimestamp } = metadata ?? {};
    const isPatientUntil = (graceMs: number) =>
      this.#context.clock.now() < parseTime(deletionTimestamp ?? '') + graceMs;
    const remaining: Remaining[] = [];
    const failures: string[] = [];
    for (const definition of resources) {
      try {
        const { left, graceMs } = await this.#deleteAll(name, definition);
        if (left.length === 0) continue;
        remaining.push(remainingOf(definition, left));
        const isKept = left.some((object) => object.metadata?.finalizers?.length);
        if (!isKept && !isPatientUntil(graceMs)) failures.push(unexpected(name, definition));
      } catch (error) {
        failures.push(messageOf(error));
      }
    }
    return { remaining, failures };
  }

  /** Resolves with what is left, and for how long after the namespace was deleted that is to be expected. */
  async #deleteAll(namespace: string, definition: AnyResourceDefinition): Promise<Left> {
    const client = this.#context.client.of<KubernetesObject>(definition);
    const present = (await client.list({ namespace }).catch(absent))?.items ?? [];
    if (present.length === 0) return { left: [], graceMs: 0 };
    const propagationPolicy = 'Background';
    if (definition.verbs.includes('deletecollection')) await client.deleteCollection({ namespace, propagationPolicy });
    else {
      const names = present.map(({ metadata }) => metadata?.name ?? '');
      await Promise.all(names.map((name) => client.delete(name, { namespace, propagationPolicy }).catch(absent)));
    }
    return { left: (await client.list({ namespace })).items, graceMs: Math.max(0, ...present.map(graceOf)) };
  }

  async #tell(namespace: Namespace, remaining: readonly Remaining[], failures: readonly string[]): Promise<Namespace> {
    const now = this.#context.clock.now();
    const old = namespace.status?.conditions ?? [];
    const conditions = namespaceConditions(old, { remaining, failures, now });
    const status = { ...namespace.status, phase: 'Terminating', conditions };
    if (deepEqual(namespace.status, status)) return namespace;
    return this.#context.client.of(Namespaces).updateStatus({ ...namespace, status });
  }
}

interface Left {
  readonly left: readonly KubernetesObject[];
  readonly graceMs: number;
}

/** How long a pod may take to end, in milliseconds; anything else goes at once. */
function graceOf({ spec, status }: Pod): number {
  const isOver = status?.phase === 'Succeeded' || status?.phase === 'Failed';
  return isOver ? 0 : millisecondsOf(spec?.terminationGracePeriodSeconds ?? 0);
}

const unexpected = (namespace: string, { group, version, plural }: AnyResourceDefinition): string =>
  `unexpected items still remain in namespace: ${namespace} for gvr: ${group}/${version}, Resource=${plural}`;

function remainingOf({ plural, group }: AnyResourceDefinition, left: readonly KubernetesObject[]): Remaining {
  const finalizers: Record<string, number> = {};
  for (const { metadata } of left) {
    for (const name of metadata?.finalizers ?? []) finalizers[name] = (finalizers[name] ?? 0) + 1;
  }
  return { resource: `${plural}.${group}`, count: left.length, finalizers };
}

function absent(error: unknown): undefined {
  if (!isNotFound(error)) throw error;
  return undefined;
}
