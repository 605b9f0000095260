import { chmod, mkdir, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import type { PersistentVolume } from '#api/core/v1/persistent-volume.ts';
import type { VolumeProvisioner } from '#controllers/index.ts';

/** As storage classes name the provisioner that every cluster has. */
export const HOST_PATH_PROVISIONER = 'knarr.dev/host-path';

const HOSTNAME = 'kubernetes.io/hostname';

/**
 * Makes volumes as directories below `root` on this machine, which all of its nodes see. Anybody in a pod may write
 * there. Nothing bounds their size. Where other machines have nodes, too, `node` names the one that sees the volumes.
 */
export const createHostPathProvisioner = (
  root: string,
  { node }: { readonly node?: string | undefined } = {},
): VolumeProvisioner => ({
  name: HOST_PATH_PROVISIONER,
  async provision(name, { claim }) {
    if (claim.spec?.volumeMode === 'Block') throw new Error(`${HOST_PATH_PROVISIONER} does not provide block volumes`);
    const path = join(root, name);
    await mkdir(path, { recursive: true });
    await chmod(path, 0o777);
    const hostPath = { path, type: 'DirectoryOrCreate' } as const;
    return { hostPath, ...(node === undefined ? {} : { nodeAffinity: onlyOn(node) }) };
  },
  async remove(volume) {
    const { metadata, spec } = volume;
    const home = nodeOf(volume);
    // Another machine's controllers remove it when they lead.
    if (home !== undefined && home !== node)
      throw new Error(`remove volume ${metadata?.name}: it lies on node ${home}`);
    const path = spec?.hostPath?.path ?? '';
    // The path comes from an object that people can write: only what was made here is removed.
    if (dirname(path) !== root || basename(path) !== metadata?.name)
      throw new Error(`remove volume ${metadata?.name}: ${path} is not below ${root}`);
    await rm(path, { recursive: true, force: true });
  },
});

const onlyOn = (node: string) => ({
  required: {
    nodeSelectorTerms: [{ matchExpressions: [{ key: HOSTNAME, operator: 'In' as const, values: [node] }] }],
  },
});

const nodeOf = ({ spec }: PersistentVolume): string | undefined =>
  spec?.nodeAffinity?.required?.nodeSelectorTerms[0]?.matchExpressions?.find(({ key }) => key === HOSTNAME)
    ?.values?.[0];
