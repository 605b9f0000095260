import type { Device } from '#api/resource/v1/device.ts';
import type { DeviceTaint, DeviceToleration } from '#api/resource/v1/device-selector.ts';
import { toleratesDevice } from '#api/resource/v1/device-toleration.ts';
import type { ResourceSlice } from '#api/resource/v1/resource-slice.ts';
import { type DeviceTaintRule, selectsDevice } from '#api/resource/v1beta2/device-taint-rule.ts';

/** Whether a taint of the device keeps it from whoever has these tolerations. */
export const isTainted = ({ taints = [] }: Device, tolerations: readonly DeviceToleration[]): boolean =>
  taints.some(
    (taint) =>
      (taint.effect === 'NoSchedule' || taint.effect === 'NoExecute') &&
      !tolerations.some((toleration) => toleratesDevice(toleration, taint)),
  );

/** A slice with the taints that rules give to its devices beside those that its driver publishes. */
export function withTaints(slice: ResourceSlice, rules: readonly DeviceTaintRule[]): ResourceSlice {
  const { driver, pool, devices = [] } = slice.spec;
  const rulesOf = ({ name }: Device) =>
    rules.filter((rule) => selectsDevice(rule, { driver, pool: pool.name, device: name }));
  if (devices.every((device) => rulesOf(device).length === 0)) return slice;
  const tainted = devices.map((device) => {
    const added = rulesOf(device).map(({ spec }) => spec.taint as DeviceTaint);
    return added.length > 0 ? { ...device, taints: [...(device.taints ?? []), ...added] } : device;
  });
  return { ...slice, spec: { ...slice.spec, devices: tainted } };
}
