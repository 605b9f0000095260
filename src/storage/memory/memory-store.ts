import type { Logger } from '#base/logger.ts';
import { EmbeddedStore } from '../embedded-store.ts';
import type { HistoryLimits } from '../journal.ts';
import type { Store } from '../store.ts';
import { MemoryJournal } from './memory-journal.ts';

export interface MemoryStoreOptions {
  readonly history?: HistoryLimits;
  readonly logger?: Logger;
}

/** A store that lives as long as the process: for tests and throwaway clusters. */
export function createMemoryStore(options: MemoryStoreOptions = {}): Store {
  return new EmbeddedStore(new MemoryJournal(options.history), options.logger);
}
