import type { Device } from '#api/resource/v1/device.ts';
import type { DeviceToleration } from '#api/resource/v1/device-selector.ts';
import { toleratesDevice } from '#api/resource/v1/device-toleration.ts';

/** Whether a taint of the device keeps it from whoever has these tolerations. */
export const isTainted = ({ taints = [] }: Device, tolerations: readonly DeviceToleration[]): boolean =>
  taints.some(
    (taint) =>
      (taint.effect === 'NoSchedule' || taint.effect === 'NoExecute') &&
      !tolerations.some((toleration) => toleratesDevice(toleration, taint)),
  );
