import type { Device } from '#api/resource/v1/device.ts';
import type { DeviceTaint, DeviceToleration } from '#api/resource/v1/device-selector.ts';

/** Whether a taint of the device keeps it from whoever has these tolerations. */
export const isTainted = ({ taints = [] }: Device, tolerations: readonly DeviceToleration[]): boolean =>
  taints.some(
    (taint) =>
      (taint.effect === 'NoSchedule' || taint.effect === 'NoExecute') &&
      !tolerations.some((toleration) => tolerates(toleration, taint)),
  );

function tolerates({ key, operator, value = '', effect }: DeviceToleration, taint: DeviceTaint): boolean {
  if (effect && effect !== taint.effect) return false;
  if (key && key !== taint.key) return false;
  if (operator === 'Exists') return true;
  return (!operator || operator === 'Equal') && value === (taint.value ?? '');
}
