import { DataDirectory } from '../data-directory.ts';
import { dataDirectoryOf } from '../paths.ts';
import { restoreSnapshot, saveSnapshot } from '../snapshots.ts';
import type { ClusterOptions } from './options.ts';

/** `knarr snapshot save`: writes all objects of a cluster, running or not, to a file. */
export async function save(path: string, options: ClusterOptions): Promise<void> {
  const data = await DataDirectory.open(dataDirectoryOf(options, process.env));
  const { header, bytes, checksum } = await saveSnapshot(data, path);
  console.log(
    `Saved ${header.values} objects at revision ${header.revision} to ${path} (${bytes} bytes, SHA-256 ${checksum})`,
  );
}

/** `knarr snapshot restore`: puts the objects of a file in the place of those of a stopped cluster. */
export async function restore(path: string, options: ClusterOptions & { readonly overwrite?: boolean }): Promise<void> {
  const data = await DataDirectory.open(dataDirectoryOf(options, process.env));
  const { snapshot, revision } = await restoreSnapshot(data, path, { overwrite: options.overwrite ?? false });
  const { header } = snapshot;
  console.log(`Restored ${header.values} objects of revision ${header.revision}; the store goes on at ${revision}`);
}
