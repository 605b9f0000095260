import { type CacheEvent, CacheEventBatch } from './cache-event.ts';
import type { CacheWatch } from './cache-watch.ts';

interface Channel<T> {
  readonly watches: Set<CacheWatch<T>>;
  pending: CacheEvent<T>[];
}

/** Watchers by what they want to see: an event costs something only on the routes it belongs to. */
export class WatchRoutes<T> {
  readonly #channels = new Map<string, Channel<T>>();
  readonly #dirty = new Set<Channel<T>>();

  add(route: string, watch: CacheWatch<T>): void {
    const channel = this.#channels.get(route);
    if (channel) channel.watches.add(watch);
    else this.#channels.set(route, { watches: new Set([watch]), pending: [] });
  }

  remove(route: string, watch: CacheWatch<T>): void {
    const channel = this.#channels.get(route);
    channel?.watches.delete(watch);
    if (channel?.watches.size === 0) this.#channels.delete(route);
  }

  get isEmpty(): boolean {
    return this.#channels.size === 0;
  }

  /** Whether pushed events wait for `flush`. */
  get isDirty(): boolean {
    return this.#dirty.size > 0;
  }

  /** Keeps `event` for the watchers of `routes` until the next `flush`. */
  push(routes: Iterable<string>, event: CacheEvent<T>): void {
    for (const route of routes) {
      const channel = this.#channels.get(route);
      // Two values of one index may lead to the same channel.
      if (!channel || channel.pending[channel.pending.length - 1] === event) continue;
      channel.pending.push(event);
      this.#dirty.add(channel);
    }
  }

  /** Hands what was pushed to the watchers, one batch a route. */
  flush(): void {
    const channels = [...this.#dirty];
    this.#dirty.clear();
    for (const channel of channels) {
      const batch = new CacheEventBatch(channel.pending);
      channel.pending = [];
      for (const watch of channel.watches) watch.deliver(batch);
    }
  }

  /** Every watcher, once. */
  all(): CacheWatch<T>[] {
    return [...this.#channels.values()].flatMap((channel) => [...channel.watches]);
  }
}
