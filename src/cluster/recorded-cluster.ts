import { readFile } from 'node:fs/promises';
import { isNodeKey, type SkippedObject, storeRecorded } from '#apiserver/registry/store-recorded.ts';
import { DecodeError } from '#machinery/codec/decode-error.ts';
import { parseYamlDocuments } from '#machinery/codec/yaml.ts';
import { readSnapshot } from '#storage/snapshot/read-snapshot.ts';
import { decodeHeader } from '#storage/snapshot/snapshot-format.ts';
import type { Store } from '#storage/store.ts';
import { lostRevisions, type RecordedObject } from './lost-revisions.ts';

/** Another cluster as it was: a snapshot of Knarr, or what `kubectl get … -A -o yaml` or `-o json` printed. */
export interface RecordedCluster {
  /** Names of its nodes. */
  readonly nodes: readonly string[];
  /**
   * Puts everything into an empty store that no server uses yet; answers what had to be left out. What does not say when it
   * was made was made at `now`, in milliseconds since the epoch.
   */
  load(store: Store, now: number): Promise<readonly SkippedObject[]>;
}

/** Reads a recording. Rejects with a `SnapshotError`, a `DecodeError` or the file system's error. */
export async function readRecordedCluster(path: string): Promise<RecordedCluster> {
  const bytes = await readFile(path);
  return decodeHeader(bytes) === undefined ? ofObjects(objectsIn(bytes.toString('utf8'))) : ofSnapshot(path);
}

async function ofSnapshot(path: string): Promise<RecordedCluster> {
  const snapshot = await readSnapshot(path);
  const values = [...snapshot.values()];
  return {
    nodes: values.filter(({ key }) => isNodeKey(key)).map(({ key }) => key.slice(key.lastIndexOf('/') + 1)),
    async load(store) {
      for (const { key, value } of values) await store.put(key, value);
      return [];
    },
  };
}

type Item = RecordedObject & { readonly items?: readonly unknown[] };

function ofObjects(objects: readonly Item[]): RecordedCluster {
  return {
    nodes: objects.filter(({ kind }) => kind === 'Node').map(({ metadata }) => metadata?.name ?? ''),
    load: async (store, now) => (await storeRecorded(store, [...objects, ...lostRevisions(objects)], now)).skipped,
  };
}

function objectsIn(text: string): Item[] {
  // JSON is YAML, and read many times as fast as it.
  const documents = text.trimStart().startsWith('{')
    ? [JSON.parse(text) as Item]
    : parseYamlDocuments(text).map(({ value }) => value as Item);
  return documents.flatMap((document, index) => {
    if (typeof document?.kind !== 'string') throw new DecodeError(`document ${index + 1} is no object with a kind`);
    return document.items ? [...(document.items as Item[])] : [document];
  });
}
