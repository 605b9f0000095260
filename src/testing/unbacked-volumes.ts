import { HOST_PATH_PROVISIONER } from '#cluster/host-path-provisioner.ts';
import type { VolumeProvisioner } from '#controllers/index.ts';

/** Where the volumes say that they are. */
const ROOT = '/var/lib/knarr/volumes';

/** Volumes as the host path provisioner makes them, with nothing behind them: the pods that use them run nowhere. */
export const UNBACKED_VOLUMES: VolumeProvisioner = {
  name: HOST_PATH_PROVISIONER,
  async provision(name, { claim }) {
    if (claim.spec?.volumeMode === 'Block') throw new Error(`${HOST_PATH_PROVISIONER} does not provide block volumes`);
    return { hostPath: { path: `${ROOT}/${name}`, type: 'DirectoryOrCreate' } };
  },
  async remove() {},
};
