import { BASE_ENVIRONMENT } from '#machinery/cel/base-environment.ts';
import { compile } from '#machinery/cel/compile.ts';
import { estimateCost } from '#machinery/cel/cost/estimate-cost.ts';
import type { Range } from '#machinery/cel/cost/range.ts';
import { QUANTITY } from '#machinery/cel/library/quantities.ts';
import { ANY, BOOL, fullTypeText, isDyn, mapOf, STRING } from '#machinery/cel/types.ts';
import { CelError, typeNameOf } from '#machinery/cel/values.ts';
import { DEVICE, DeviceValue, type SelectableDevice } from './device-value.ts';

/** What evaluating a selector for one device may cost. */
const COST_LIMIT = 1_000_000;

const ENVIRONMENT = BASE_ENVIRONMENT.extend({
  variables: { device: DEVICE },
  structs: {
    [DEVICE.name]: {
      driver: STRING,
      allowMultipleAllocations: BOOL,
      attributes: mapOf(STRING, mapOf(STRING, ANY)),
      capacity: mapOf(STRING, mapOf(STRING, QUANTITY)),
    },
  },
});

/** How large what devices say can be: 32 domains of 32 names of 32 characters, and texts of 64. */
function sizeAt([variable, field, ...rest]: readonly string[]): Range | undefined {
  if (variable !== 'device') return undefined;
  if (field === 'driver') return rest.length === 0 ? { min: 0, max: 63 } : undefined;
  if (field === 'allowMultipleAllocations') return { min: 0, max: 1 };
  if (field !== 'attributes' && field !== 'capacity') return undefined;
  const [domain, name] = rest;
  if (domain === undefined) return { min: 0, max: 32 };
  if (domain === '@keys') return { min: 0, max: 63 };
  if (name === undefined) return { min: 0, max: 32 };
  if (name === '@keys') return { min: 0, max: 32 };
  return field === 'attributes' ? { min: 0, max: 64 } : undefined;
}

export interface DeviceSelectorProgram {
  /** Whether it stays below what an evaluation may cost, whatever the device. */
  readonly isCheap: boolean;
  /**
   * Whether a device fits. Throws `CelError` where the expression fails for it (an attribute that is not there, say),
   * and `CostLimitError` where that costs too much.
   */
  readonly matches: (device: SelectableDevice) => boolean;
}

/** Compiles the expression of a DeviceSelector; `error` says what is wrong with it, as clients see it. */
export function compileDeviceSelector(expression: string): DeviceSelectorProgram | { readonly error: string } {
  const { program, issues } = compile(expression, ENVIRONMENT);
  if (program === undefined) return { error: `compilation failed: ${issues}` };
  if (program.type.kind !== 'bool' && !isDyn(program.type)) {
    return { error: `must evaluate to bool or the unknown type, not ${fullTypeText(program.type)}` };
  }
  const { expression: parsed, checked } = program;
  return {
    isCheap: estimateCost(parsed, checked, sizeAt).max <= COST_LIMIT,
    matches: (device) => {
      const value = new DeviceValue(device);
      const outcome = program.run({
        variable: (name) => (name === 'device' ? value : undefined),
        costLimit: COST_LIMIT,
      });
      if (typeof outcome.value === 'boolean') return outcome.value;
      throw new CelError(
        `CEL result of type ${typeNameOf(outcome.value)} could not be converted to bool: type conversion error from '${typeNameOf(outcome.value)}' to 'bool'`,
      );
    },
  };
}
