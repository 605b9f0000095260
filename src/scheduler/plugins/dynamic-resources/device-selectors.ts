import { compileDeviceSelector, type DeviceSelectorProgram } from '#api/resource/v1/compile-device-selector.ts';
import type { Device } from '#api/resource/v1/device.ts';
import type { DeviceSelector } from '#api/resource/v1/device-selector.ts';
import type { PoolDevice } from './device-pool.ts';

const MAX_PROGRAMS = 500;

/** Evaluates selectors, each once for a device. */
export class DeviceSelectors {
  readonly #programs = new Map<string, ReturnType<typeof compileDeviceSelector>>();
  /** Devices are replaced with their slices, and what is known of them goes with them. */
  readonly #known = new WeakMap<Device, Map<string, boolean>>();

  /** Whether a device passes all of these. Throws what is wrong with one of them, led in by whose they are. */
  match(selectors: readonly DeviceSelector[], device: PoolDevice, owner: string): boolean {
    for (const [index, { cel }] of selectors.entries()) {
      if (!cel) throw new Error(`${owner}: selector #${index}: CEL expression empty (unsupported selector type?)`);
      if (!this.#matches(cel.expression, device, `${owner}: selector #${index}`)) return false;
    }
    return true;
  }

  #matches(expression: string, { device, driver }: PoolDevice, owner: string): boolean {
    const known = this.#known.get(device) ?? new Map<string, boolean>();
    this.#known.set(device, known);
    let matches = known.get(expression);
    if (matches === undefined) {
      const { attributes, capacity, allowMultipleAllocations } = device;
      const program = this.#programOf(expression, owner);
      try {
        matches = program.matches({ driver, attributes, capacity, allowMultipleAllocations });
      } catch (error) {
        throw new Error(`${owner}: CEL runtime error: ${error instanceof Error ? error.message : String(error)}`, {
          cause: error,
        });
      }
      known.set(expression, matches);
    }
    return matches;
  }

  #programOf(expression: string, owner: string): DeviceSelectorProgram {
    let program = this.#programs.get(expression);
    if (program === undefined) {
      if (this.#programs.size >= MAX_PROGRAMS) this.#programs.clear();
      program = compileDeviceSelector(expression);
      this.#programs.set(expression, program);
    }
    if ('error' in program) throw new Error(`${owner}: CEL compile error: ${program.error}`);
    return program;
  }
}
