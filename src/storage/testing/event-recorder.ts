import type { Store, StoredValue, StoreEvent, StoreWatch } from '../store.ts';

/** A stored value whose bytes are shown as text. */
export interface TextValue {
  readonly key: string;
  readonly value: string;
  readonly createRevision: number;
  readonly modRevision: number;
}

/** A store event whose bytes are shown as text. */
export interface TextEvent {
  readonly type: 'put' | 'delete';
  readonly key: string;
  readonly revision: number;
  readonly value: TextValue | undefined;
  readonly previous: TextValue | undefined;
}

export function textValue(stored: StoredValue): TextValue;
export function textValue(stored: StoredValue | undefined): TextValue | undefined;
export function textValue(stored: StoredValue | undefined): TextValue | undefined {
  if (!stored) return undefined;
  const { key, createRevision, modRevision } = stored;
  return { key, value: Buffer.from(stored.value).toString(), createRevision, modRevision };
}

export function textEvent(event: StoreEvent): TextEvent {
  const { type, key, revision } = event;
  return { type, key, revision, value: textValue(event.value), previous: textValue(event.previous) };
}

/** A watch that keeps what it was given. */
export interface EventRecorder {
  readonly events: TextEvent[];
  /** Batches that began with a revision the one before had not completed. */
  readonly torn: number[];
  readonly watch: StoreWatch;
}

export async function recordEvents(store: Store, fromRevision: number): Promise<EventRecorder> {
  const events: TextEvent[] = [];
  const torn: number[] = [];
  const watch = await store.watch(fromRevision, (batch) => {
    const last = events[events.length - 1];
    if (last && batch[0]!.revision <= last.revision) torn.push(batch[0]!.revision);
    events.push(...batch.map(textEvent));
  });
  return { events, torn, watch };
}
