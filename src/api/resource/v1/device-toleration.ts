import type { DeviceTaint, DeviceToleration } from './device-selector.ts';

/** Whether a toleration of a request covers a taint of a device. */
export function toleratesDevice({ key, operator, value = '', effect }: DeviceToleration, taint: DeviceTaint): boolean {
  if (effect && effect !== taint.effect) return false;
  if (key && key !== taint.key) return false;
  if (operator === 'Exists') return true;
  return (!operator || operator === 'Equal') && value === (taint.value ?? '');
}
