import { isNotFound } from '#machinery/errors/status-error.ts';
import type { ResourceRequest } from '../request.ts';
import { deleteWith } from './delete.ts';
import { decodeDeleteOptions } from './delete-options.ts';
import { selectAll } from './list.ts';
import type { RegistryParts } from './registry-parts.ts';
import type { Entry } from './resource-view.ts';

/** Deletes under way at once; the store commits them in groups. */
const WORKERS = 64;

/** Deletes everything that the request's selectors match; answers the objects as they were deleted. */
export async function deleteCollection(parts: RegistryParts, request: ResourceRequest): Promise<readonly Entry[]> {
  const options = decodeDeleteOptions(request);
  const entries = selectAll(parts, request);
  const deleted: Entry[] = [];
  let next = 0;
  const worker = async () => {
    for (let entry = entries[next++]; entry !== undefined; entry = entries[next++]) {
      const { name = '', namespace = '' } = entry.object.metadata ?? {};
      const single = { ...request, target: { ...request.target, verb: 'delete' as const, name, namespace } };
      try {
        deleted.push((await deleteWith(parts, single, options)).entry);
      } catch (error) {
        // Somebody else was faster: it is gone, which is what was asked for.
        if (!isNotFound(error)) throw error;
      }
    }
  };
  await Promise.all(Array.from({ length: Math.min(WORKERS, entries.length) }, worker));
  return deleted;
}
