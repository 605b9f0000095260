import { isNotFound, newBadRequest } from '#machinery/errors/status-error.ts';
import type { ResourceRequest } from '../request.ts';
import { deleteWith } from './delete.ts';
import { decodeDeleteOptions, warnOfOrphans } from './delete-options.ts';
import { type ListOutcome, listObjects } from './list.ts';
import type { RegistryParts } from './registry-parts.ts';

/** Deletes under way at once: the store commits them in groups, and all wait for the disk as often as there are groups. */
const WORKERS = 192;

/** Deletes what a list of the request would show, and answers that list. */
export async function deleteCollection(parts: RegistryParts, request: ResourceRequest): Promise<ListOutcome> {
  const options = decodeDeleteOptions(request);
  warnOfOrphans(parts, request, options);
  const list = await listObjects(parts, request);
  const { entries } = list;
  const isSomewhere = request.target.namespace !== '' || !parts.definition.namespaced;
  if (!isSomewhere && entries.length > 0) throw newBadRequest('Namespace parameter required.');
  let next = 0;
  const worker = async () => {
    for (let entry = entries[next++]; entry !== undefined; entry = entries[next++]) {
      const { name = '', namespace = '' } = entry.object.metadata ?? {};
      const single = { ...request, target: { ...request.target, verb: 'delete' as const, name, namespace } };
      try {
        await deleteWith(parts, single, options);
      } catch (error) {
        // Somebody else was faster: it is gone, which is what was asked for.
        if (!isNotFound(error)) throw error;
      }
    }
  };
  await Promise.all(Array.from({ length: Math.min(WORKERS, entries.length) }, worker));
  return list;
}
