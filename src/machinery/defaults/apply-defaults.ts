import { flatFields } from '#machinery/codec/flat-fields.ts';
import { deepClone } from '#machinery/objects/deep-clone.ts';
import { type MessageSchema, resolveSchema, type Schema } from '#machinery/schema/schema.ts';

/** Fills absent members of a value that the caller owns. */
type Fill = (value: unknown) => void;

/** What there is to fill under a schema; undefined when there is nothing, so that whole subtrees are passed by. */
const plans = new WeakMap<MessageSchema, { fill: Fill | undefined }>();

/**
 * Sets members that are absent to the schema's defaults, all the way down, in an object that the caller owns. Objects
 * that are absent stay so unless they have a default themselves.
 */
export function applyDefaults(schema: MessageSchema, object: object): void {
  planMessage(schema).fill?.(object);
}

function planMessage(schema: MessageSchema): { fill: Fill | undefined } {
  const known = plans.get(schema);
  if (known !== undefined) return known;
  // A schema that refers to itself meets this one while it is being planned.
  const plan: { fill: Fill | undefined } = { fill: (value) => plans.get(schema)?.fill?.(value) };
  plans.set(schema, plan);
  const members = flatFields(schema).flatMap(({ name, field }) => {
    const fill = planValue(field.schema);
    const initial = field.options.default;
    const isPointer = field.presence === 'pointer';
    return fill === undefined && initial === undefined ? [] : [{ name, fill, initial, isPointer }];
  });
  plan.fill = members.length === 0 ? undefined : (value) => fillMembers(value as Record<string, unknown>, members);
  return plan;
}

interface MemberPlan {
  readonly name: string;
  readonly fill: Fill | undefined;
  readonly initial: unknown;
  readonly isPointer: boolean;
}

function fillMembers(object: Record<string, unknown>, members: readonly MemberPlan[]): void {
  for (const { name, fill, initial, isPointer } of members) {
    if (initial !== undefined && isUnset(object[name], isPointer)) object[name] = deepClone(initial);
    const value = object[name];
    if (fill !== undefined && value !== undefined && value !== null) fill(value);
  }
}

/** Upstream's defaults replace the zero value of what is not behind a pointer. */
function isUnset(value: unknown, isPointer: boolean): boolean {
  if (value === undefined || value === null) return true;
  return !isPointer && (value === '' || value === 0);
}

function planValue(schema: Schema): Fill | undefined {
  const resolved = resolveSchema(schema);
  switch (resolved.type) {
    case 'scalar':
      return undefined;
    case 'message':
      return planMessage(resolved).fill;
    case 'list': {
      const fill = planValue(resolved.items);
      return fill && ((value) => eachOf(value as unknown[], fill));
    }
    case 'map': {
      const fill = planValue(resolved.values);
      return fill && ((value) => eachOf(Object.values(value as object), fill));
    }
  }
}

function eachOf(values: readonly unknown[], fill: Fill): void {
  for (const value of values) if (value !== null && value !== undefined) fill(value);
}
