import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type ConfigMap, ConfigMaps } from '#api/core/v1/config-map.ts';
import { Namespaces } from '#api/core/v1/namespace.ts';
import type { WatchOptions } from '#client/options.ts';
import { isNotFound, isStatus } from '#machinery/errors/status-error.ts';
import { Cluster } from '#testing/cluster.ts';
import { waitFor } from '#testing/wait-for.ts';

let cluster: Cluster;
beforeAll(async () => {
  cluster = await Cluster.start({ controllers: false, scheduler: false });
});
afterAll(() => cluster.stop());

const maps = () => cluster.client.of(ConfigMaps);

type Step =
  | { readonly do: 'create' | 'update' | 'delete'; readonly name: string; readonly colour: string }
  | { readonly do: 'watch'; readonly which: number; readonly fresh: boolean }
  | { readonly do: 'page'; readonly limit: number };

const write = fc.record({
  do: fc.constantFrom('create', 'update', 'update', 'delete'),
  name: fc.constantFrom('a', 'b', 'c', 'd', 'e', 'f'),
  colour: fc.constantFrom('red', 'blue'),
});
const step = fc.oneof(
  { weight: 8, arbitrary: write },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('watch'), which: fc.nat(2), fresh: fc.boolean() }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('page'), limit: fc.integer({ min: 1, max: 3 }) }) },
) as fc.Arbitrary<Step>;

const SELECTIONS: readonly { readonly options: object; readonly has: (object: ConfigMap) => boolean }[] = [
  { options: {}, has: () => true },
  { options: { labelSelector: 'colour=red' }, has: ({ metadata }) => metadata?.labels?.['colour'] === 'red' },
  { options: { fieldSelector: 'metadata.name=b' }, has: ({ metadata }) => metadata?.name === 'b' },
];

const revisionOf = ({ metadata }: ConfigMap) => Number(metadata?.resourceVersion);
const named = (objects: Iterable<ConfigMap>) =>
  [...objects].map(({ metadata }) => `${metadata?.name}@${metadata?.resourceVersion}`).sort();

/** What one watcher knows. */
class Watcher {
  readonly objects = new Map<string, ConfigMap>();
  readonly faults: string[] = [];
  readonly #stop = new AbortController();
  readonly #done: Promise<void>;
  #revision = 0;

  constructor(options: WatchOptions, start: readonly ConfigMap[], from: number) {
    for (const object of start) this.objects.set(object.metadata?.name ?? '', object);
    this.#revision = from;
    this.#done = maps()
      .watch(
        options,
        (events) => events.forEach(({ type, object }) => void this.#take(type, object)),
        this.#stop.signal,
      )
      .catch((error) => void (this.#stop.signal.aborted || this.faults.push(String(error))));
  }

  #take(type: string, object: ConfigMap): void {
    const name = object.metadata?.name ?? '';
    const revision = revisionOf(object);
    const initial = this.#revision === 0;
    if (!initial && revision <= this.#revision) this.faults.push(`${type} ${name}@${revision} after ${this.#revision}`);
    if ((type === 'ADDED') === this.objects.has(name))
      this.faults.push(`${type} ${name} known: ${this.objects.has(name)}`);
    if (type === 'DELETED') this.objects.delete(name);
    else this.objects.set(name, object);
    // The present state comes by name; from then on changes come by revision.
    if (!initial) this.#revision = revision;
  }

  /** From now on every event has to be newer than the last. */
  isCurrent(revision: number): void {
    if (this.#revision === 0) this.#revision = revision;
  }

  async stop(): Promise<void> {
    this.#stop.abort();
    await this.#done;
  }
}

async function apply(one: Step & { readonly do: 'create' | 'update' | 'delete' }, namespace: string): Promise<void> {
  const { name, colour } = one;
  const object = { metadata: { name, namespace, labels: { colour } }, data: { at: String(Math.random()) } };
  try {
    if (one.do === 'create') await maps().create(object as ConfigMap);
    else if (one.do === 'update') await maps().update(object as ConfigMap);
    else await maps().delete(name, { namespace });
  } catch (error) {
    if (!isNotFound(error) && !isStatus(error, 'AlreadyExists')) throw error;
  }
}

/** Reads a list page by page while others write, and answers what it held beside what was there at its revision. */
async function readPages(limit: number, namespace: string, between: () => Promise<void>) {
  const whole = maps().list({ namespace });
  const pages: ConfigMap[] = [];
  let next: string | undefined;
  do {
    const page = await maps().list({ namespace, limit, ...(next ? { continue: next } : {}) });
    pages.push(...page.items);
    next = page.metadata.continue;
    await between();
  } while (next);
  return { pages: named(pages), whole: named((await whole).items) };
}

test('watchers see every change once and in order and end with what a list shows, and pages show one revision', async () => {
  let round = 0;
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 5, maxLength: 60 }), async (steps) => {
      const namespace = `round-${++round}`;
      await cluster.client.of(Namespaces).create({ metadata: { name: namespace } });
      const watchers: { readonly which: number; readonly watcher: Watcher }[] = [];
      for (const [at, one] of steps.entries()) {
        if (one.do === 'watch') {
          const { options } = SELECTIONS[one.which] as (typeof SELECTIONS)[number];
          const list = await maps().list({ namespace, ...options });
          const revision = list.metadata.resourceVersion ?? '';
          // Either the whole state first, or on from a list's revision.
          const watcher = one.fresh
            ? new Watcher({ namespace, ...options }, [], 0)
            : new Watcher({ namespace, ...options, resourceVersion: revision }, list.items, Number(revision));
          if (one.fresh) await waitFor(() => watcher.objects.size === list.items.length);
          watcher.isCurrent(Number(revision));
          watchers.push({ which: one.which, watcher });
        } else if (one.do === 'page') {
          const writes = steps.slice(at).filter((each) => each.do !== 'watch' && each.do !== 'page');
          const { pages, whole } = await readPages(one.limit, namespace, async () => {
            const next = writes.shift();
            if (next) await apply(next as never, namespace);
          });
          expect(pages).toEqual(whole);
        } else await apply(one, namespace);
      }
      const { items } = await maps().list({ namespace });
      for (const { which, watcher } of watchers) {
        const expected = named(items.filter((SELECTIONS[which] as (typeof SELECTIONS)[number]).has));
        await waitFor(() => String(named(watcher.objects.values())) === String(expected), {
          what: `watcher of ${which} to know ${expected}`,
        });
        expect(watcher.faults).toEqual([]);
        await watcher.stop();
      }
    }),
    { numRuns: 60 },
  );
}, 60_000);
