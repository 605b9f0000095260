import { readJsonFile, writeJsonFile } from '../system/atomic-file.ts';

/** Ends the name of the file beside a layer that lists its opaque directories. */
export const OPAQUE_SUFFIX = '.opaque';

/**
 * Directories of a layer that hide everything below them, relative to it. overlayfs reads that from an extended attribute;
 * where layers are copied instead, this list is needed, as Node cannot read attributes.
 */
export async function readOpaqueDirectories(layer: string): Promise<readonly string[]> {
  return (await readJsonFile<string[]>(`${layer}${OPAQUE_SUFFIX}`)) ?? [];
}

export async function writeOpaqueDirectories(layer: string, directories: readonly string[]): Promise<void> {
  if (directories.length > 0) await writeJsonFile(`${layer}${OPAQUE_SUFFIX}`, directories);
}
