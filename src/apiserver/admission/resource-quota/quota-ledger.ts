import { type ResourceQuota, ResourceQuotas } from '#api/core/v1/resource-quota.ts';
import { type Amounts, addAmounts, readAmounts, subtractAmounts, writeAmounts } from '#api/quota/amounts.ts';
import type { Settle } from '../admission.ts';
import type { AdmissionSource } from '../admission-source.ts';
import { chargeFor, type Demand } from './quota-demand.ts';
import { QuotaRefusal } from './quota-refusal.ts';

/** What was taken from quotas, by their names. */
type Charge = ReadonlyMap<string, Amounts>;

type LedgerSource = Pick<AdmissionSource, 'list' | 'replace'>;

/** A charge whose write has not ended. */
interface Entry {
  readonly charged: Charge;
  readonly isStored: () => boolean;
}

/** One who waits for quotas to be charged, or for a charge to be given back. */
interface Waiter {
  readonly demand: Demand | undefined;
  readonly charged: Map<string, Amounts>;
  readonly owed: Map<string, Amounts>;
  readonly done: (refusal?: QuotaRefusal) => void;
}

/** The namespace's quotas while a batch is worked on. */
interface Page {
  readonly quota: ResourceQuota;
  used: Amounts;
}

/** Somebody else writes the same quotas (the controller, other servers): after so many times this one gives up. */
const ATTEMPTS = 50;

/**
 * Charges quotas by writing their status, before what is charged for is stored. Within a namespace everybody who waits
 * is served by one write a quota, so that many creates at once neither collide nor take more than there is.
 */
export class QuotaLedger {
  readonly #source: LedgerSource;
  readonly #waiting = new Map<string, Waiter[]>();
  /** The batch that each namespace works on. */
  readonly #batches = new Map<string, Promise<void>>();
  readonly #entries = new Map<string, Set<Entry>>();

  constructor(source: LedgerSource) {
    this.#source = source;
  }

  /**
   * Takes what a write demands from every quota that it concerns, or nothing. Rejects with a `QuotaRefusal`. Resolves
   * with what is to be called when the write has ended; `isStored` tells before that whether the object lies there.
   */
  async charge(namespace: string, demand: Demand, isStored: () => boolean): Promise<Settle> {
    const charged = new Map<string, Amounts>();
    const entry = { charged, isStored };
    try {
      await this.#wait(namespace, { demand, charged, owed: new Map() }, () => this.#underWay(namespace).add(entry));
    } catch (error) {
      if (charged.size > 0) await this.#giveBack(namespace, charged);
      throw error;
    }
    return async (written) => {
      if (!written) await this.#giveBack(namespace, charged);
      this.#underWay(namespace).delete(entry);
    };
  }

  /** What a quota is charged with for objects that do not lie in the caches yet. Waits for charges being made now. */
  async underWay(namespace: string, quota: string): Promise<Amounts> {
    await this.#batches.get(namespace);
    const entries = [...this.#underWay(namespace)].filter(({ isStored }) => !isStored());
    return entries.reduce<Amounts>((sum, { charged }) => addAmounts(sum, charged.get(quota) ?? new Map()), new Map());
  }

  #underWay(namespace: string): Set<Entry> {
    let entries = this.#entries.get(namespace);
    if (entries === undefined) this.#entries.set(namespace, (entries = new Set()));
    return entries;
  }

  /** What cannot be given back the controller finds when it counts. */
  #giveBack(namespace: string, charge: Charge): Promise<void> {
    return this.#wait(namespace, { demand: undefined, charged: new Map(), owed: new Map(charge) }).catch(() => {});
  }

  #wait(namespace: string, waiter: Omit<Waiter, 'done'>, onDone?: () => void): Promise<void> {
    return new Promise((resolve, reject) => {
      const done = (refusal?: QuotaRefusal) => {
        if (refusal) return reject(refusal);
        onDone?.();
        resolve();
      };
      const queue = this.#waiting.get(namespace);
      if (queue) queue.push({ ...waiter, done });
      else {
        this.#waiting.set(namespace, [{ ...waiter, done }]);
        void this.#work(namespace);
      }
    });
  }

  async #work(namespace: string): Promise<void> {
    const queue = this.#waiting.get(namespace) ?? [];
    while (queue.length > 0) {
      const batch = queue.splice(0);
      const served = this.#serve(namespace, batch);
      this.#batches.set(namespace, served);
      await served;
    }
    this.#batches.delete(namespace);
    this.#waiting.delete(namespace);
  }

  /** Serves a batch until everybody has been answered. Never rejects. */
  async #serve(namespace: string, batch: readonly Waiter[]): Promise<void> {
    const newest = new Map<string, ResourceQuota>();
    let pending = batch;
    let failure = 'quota evaluation timed out';
    try {
      for (let attempt = 0; pending.length > 0 && attempt < ATTEMPTS; attempt++) {
        const pages = this.#read(namespace, newest);
        const plans = pending.map((waiter) => ({ waiter, ...plan(waiter, pages) }));
        const written = await Promise.all([...pages.values()].map((page) => this.#write(page, newest)));
        const names = new Set(written);
        const open = plans.filter(({ waiter, ...rest }) => !conclude(waiter, { ...rest, names }));
        pending = open.map(({ waiter }) => waiter);
      }
    } catch (error) {
      failure = error instanceof Error ? error.message : String(error);
    }
    for (const { done } of pending) done(new QuotaRefusal(failure));
  }

  #read(namespace: string, newest: ReadonlyMap<string, ResourceQuota>): Map<string, Page> {
    const quotas = this.#source.list(ResourceQuotas, namespace).map((quota) => {
      const known = newest.get(quota.metadata?.name ?? '');
      return known && revisionOf(known) > revisionOf(quota) ? known : quota;
    });
    return new Map(
      quotas.map((quota) => [quota.metadata?.name ?? '', { quota, used: readAmounts(quota.status?.used) }]),
    );
  }

  /** The quota's name once it holds what the page says. */
  async #write({ quota, used }: Page, newest: Map<string, ResourceQuota>): Promise<string | undefined> {
    const name = quota.metadata?.name ?? '';
    const texts = writeAmounts(used);
    const before = quota.status?.used ?? {};
    if (Object.keys(texts).every((key) => texts[key] === before[key])) return name;
    const next = { ...quota, status: { ...quota.status, used: texts } };
    const { written, current } = await this.#source.replace(ResourceQuotas, next);
    if (current) newest.set(name, current);
    return written ? name : undefined;
  }
}

const revisionOf = ({ metadata }: ResourceQuota): number => Number(metadata?.resourceVersion ?? 0);

interface Plan {
  readonly taken: Charge;
  readonly refusal?: QuotaRefusal;
}

/** Enters what a waiter takes and gives back into the pages; when some quota has no room it takes nothing. */
function plan({ demand, charged, owed }: Waiter, pages: ReadonlyMap<string, Page>): Plan {
  for (const [name, amounts] of owed) {
    // Nothing is owed to a quota that is gone.
    if (!pages.has(name)) owed.delete(name);
    enter(pages.get(name), (used) => subtractAmounts(used, amounts));
  }
  if (demand === undefined) return { taken: new Map() };
  try {
    const concerned = [...pages].filter(([name, { quota }]) => !charged.has(name) && demand.of(quota).size > 0);
    const taken = new Map(concerned.map(([name, { quota, used }]) => [name, chargeFor(quota, used, demand)]));
    for (const [name, amounts] of taken) enter(pages.get(name), (used) => addAmounts(used, amounts));
    return { taken };
  } catch (error) {
    if (!(error instanceof QuotaRefusal)) throw error;
    return { taken: new Map(), refusal: error };
  }
}

function enter(page: Page | undefined, change: (used: Amounts) => Amounts): void {
  if (page) page.used = change(page.used);
}

/** Whether the waiter has its answer, given which quotas were written. One that is refused late first gives back. */
function conclude(
  waiter: Waiter,
  { taken, refusal, names }: Plan & { readonly names: ReadonlySet<string | undefined> },
): boolean {
  const { charged, owed, done } = waiter;
  for (const name of owed.keys()) if (names.has(name)) owed.delete(name);
  for (const [name, amounts] of taken) if (names.has(name)) charged.set(name, amounts);
  if (refusal) {
    done(refusal);
    return true;
  }
  const open = owed.size > 0 || [...taken.keys()].some((name) => !names.has(name));
  if (!open) done();
  return !open;
}
