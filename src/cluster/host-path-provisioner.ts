import { chmod, mkdir, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import type { VolumeProvisioner } from '#controllers/index.ts';

/** As storage classes name the provisioner that every cluster has. */
export const HOST_PATH_PROVISIONER = 'knarr.dev/host-path';

/**
 * Makes volumes as directories below `root` on this machine, which all of its nodes see. Anybody in a pod may write
 * there. Nothing bounds their size.
 */
export const createHostPathProvisioner = (root: string): VolumeProvisioner => ({
  name: HOST_PATH_PROVISIONER,
  async provision(name, { claim }) {
    if (claim.spec?.volumeMode === 'Block') throw new Error(`${HOST_PATH_PROVISIONER} does not provide block volumes`);
    const path = join(root, name);
    await mkdir(path, { recursive: true });
    await chmod(path, 0o777);
    return { hostPath: { path, type: 'DirectoryOrCreate' } };
  },
  async remove({ metadata, spec }) {
    const path = spec?.hostPath?.path ?? '';
    // The path comes from an object that people can write: only what was made here is removed.
    if (dirname(path) !== root || basename(path) !== metadata?.name)
      throw new Error(`remove volume ${metadata?.name}: ${path} is not below ${root}`);
    await rm(path, { recursive: true, force: true });
  },
});
