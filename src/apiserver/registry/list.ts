import type { MaybePromise } from '#base/maybe-promise.ts';
import { FieldPath, forbidden, notSupported } from '#machinery/errors/field-error.ts';
import { newBadRequest, newInvalid, newNotFound, newTimeout } from '#machinery/errors/status-error.ts';
import { CompactedError } from '#storage/store.ts';
import type { ResourceRequest } from '../request.ts';
import {
  continueExpired,
  encodeContinue,
  type ListOptions,
  NOW,
  parseListOptions,
  revisionExpired,
} from './list-options.ts';
import { groupResourceOf, type RegistryParts } from './registry-parts.ts';
import type { Entry } from './resource-view.ts';
import { revisionOfList, revisionOfRead } from './revision.ts';
import { compileSelection, type Selection } from './selection.ts';

export interface ListOutcome {
  readonly entries: readonly Entry[];
  readonly revision: number;
  /** '' at the end of the list. */
  readonly continue: string;
  readonly remainingItemCount: number | undefined;
}

/** The longest a read waits for a revision that this server has not seen yet. */
const FRESH_WAIT_MS = 3000;

/** GET of one object. */
export function getObject(parts: RegistryParts, request: ResourceRequest): MaybePromise<Entry> {
  const resourceVersion = request.query.get('resourceVersion');
  if (resourceVersion === '') return find(parts, request);
  return waitForRevision(parts, revisionOfRead(resourceVersion)).then(() => find(parts, request));
}

function find({ storage, definition }: RegistryParts, { target: { namespace, name } }: ResourceRequest): Entry {
  const entry = storage.get(namespace, name);
  if (entry === undefined) throw newNotFound(groupResourceOf(definition), name);
  return entry;
}

/** GET of a collection. */
export async function listObjects(parts: RegistryParts, request: ResourceRequest): Promise<ListOutcome> {
  const options = parseListOptions(request.query);
  validateListOptions(options);
  const selection = compileSelection(parts.definition, options, parts.storage.indexNames);
  const revision = await listRevision(parts, options);
  return readPage(parts, request, { options, selection, revision });
}

function readPage(
  parts: RegistryParts,
  request: ResourceRequest,
  call: { options: ListOptions; selection: Selection; revision: number | undefined },
): ListOutcome {
  const { storage, view } = parts;
  const { options, selection, revision } = call;
  const { cache } = storage;
  const { matches, index } = selection;
  const namespace = request.target.namespace || selection.namespace || '';
  const prefix = storage.prefix(namespace);
  try {
    const page = cache.list({
      prefix,
      // Whoever takes any state gets all of it.
      limit: options.resourceVersion === '0' ? 0 : options.limit,
      ...(options.continue ? { after: options.continue.key } : {}),
      ...(revision === undefined ? {} : { revision }),
      ...(index ? { index } : {}),
      ...(matches ? { match: (entry: Entry) => matches(view.object(entry)) } : {}),
    });
    const found = page.entries.length;
    storage.metrics.listed({
      index: index ? `f:${index.name}` : '',
      fetched: page.visited,
      found,
      isConsistent: options.resourceVersion === '' && options.continue === undefined,
    });
    const last = page.entries.at(-1);
    if (!page.more || last === undefined) return { ...page, continue: '', remainingItemCount: undefined };
    const remaining = matches ? undefined : cache.count({ prefix, after: last.key, revision: page.revision });
    const token = encodeContinue({ revision: page.revision, key: last.key });
    return { entries: page.entries, revision: page.revision, continue: token, remainingItemCount: remaining };
  } catch (error) {
    if (error instanceof CompactedError) throw options.continue ? continueExpired(options.continue) : revisionExpired();
    throw error;
  }
}

/** The revision to list at; undefined for the newest. */
async function listRevision(parts: RegistryParts, options: ListOptions): Promise<number | undefined> {
  if (options.continue?.revision === NOW) return undefined;
  if (options.continue) {
    await waitForRevision(parts, options.continue.revision);
    return options.continue.revision;
  }
  if (options.resourceVersion === '' || options.resourceVersion === '0') return undefined;
  const revision = revisionOfList(options.resourceVersion);
  await waitForRevision(parts, revision);
  // A page of a list at some revision has always been a page of exactly that one.
  const isExact =
    options.resourceVersionMatch === 'Exact' || (options.resourceVersionMatch === '' && options.limit > 0);
  return isExact ? revision : undefined;
}

/** Resolves when the cache has reached a revision, or rejects as upstream does when it stays in the future. */
export async function waitForRevision(parts: RegistryParts, revision: number): Promise<void> {
  const { cache, metrics } = parts.storage;
  const isFresh = metrics.waiting();
  if (cache.revision >= revision) return isFresh();
  const controller = new AbortController();
  const timer = parts.clock.setTimer(FRESH_WAIT_MS, () => controller.abort(tooLarge(cache.revision, revision)));
  try {
    await cache.waitFor(revision, controller.signal);
  } finally {
    timer.cancel();
    isFresh();
  }
}

const tooLarge = (current: number, asked: number) => {
  const error = newTimeout(`Too large resource version: ${asked}, current: ${current}`, 1);
  return Object.assign(error, {
    status: {
      ...error.status,
      details: {
        causes: [{ reason: 'ResourceVersionTooLarge', message: 'Too large resource version' }],
        retryAfterSeconds: 1,
      },
    },
  });
};

function validateListOptions(options: ListOptions): void {
  const errors = [];
  const match = options.resourceVersionMatch;
  const field = new FieldPath('resourceVersionMatch');
  if (match !== '') {
    if (options.resourceVersion === '')
      errors.push(forbidden(field, 'resourceVersionMatch is forbidden unless resourceVersion is provided'));
    if (options.continue) errors.push(forbidden(field, 'resourceVersionMatch is forbidden when continue is provided'));
    if (match !== 'Exact' && match !== 'NotOlderThan')
      errors.push(notSupported(field, match, ['', 'Exact', 'NotOlderThan']));
    if (match === 'Exact' && options.resourceVersion === '0') {
      errors.push(forbidden(field, 'resourceVersionMatch "exact" is forbidden for resourceVersion "0"'));
    }
  }
  if (options.sendInitialEvents !== undefined) {
    errors.push(forbidden(new FieldPath('sendInitialEvents'), 'sendInitialEvents is forbidden for list'));
  }
  if (errors.length > 0) throw newInvalid({ group: 'meta.k8s.io', kind: 'ListOptions' }, '', errors);
  if (options.continue && options.resourceVersion !== '' && options.resourceVersion !== '0')
    throw newBadRequest('specifying resource version is not allowed when using continue');
}
