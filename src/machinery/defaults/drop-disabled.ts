import { flatFields } from '#machinery/codec/flat-fields.ts';
import { type MessageSchema, resolveSchema, type Schema } from '#machinery/schema/schema.ts';

type Members = Record<string, unknown>;
/**
 * Does something to each message below a value that has the field; `gate` is the one that the field waits for. Members that
 * are the very same in `same` are left out.
 */
type Visit = (value: unknown, see: (object: Members, name: string, gate: string) => void, same?: Members) => void;

const plans = new WeakMap<MessageSchema, { visit: Visit | undefined }>();

export interface DropOptions {
  /** The object as it was. */
  readonly old?: object;
  /** Feature gates that are on. */
  readonly gates?: ReadonlySet<string>;
}

/**
 * Drops the fields whose feature gate is off (`disabledBy`) from an object that the caller owns, but for those of gates
 * that the object as it was uses already: what was stored while a gate was on stays.
 */
export function dropDisabled(schema: MessageSchema, object: object, { old, gates }: DropOptions = {}): void {
  const visit = planMessage(schema);
  if (visit === undefined) return;
  const found: { readonly object: Members; readonly name: string; readonly gate: string }[] = [];
  // What is the same as before uses no gate that was not used before.
  visit(object, (members, name, gate) => found.push({ object: members, name, gate }), old as Members | undefined);
  if (found.length === 0) return;
  const used = new Set<string>();
  if (old) visit(old, (_members, _name, gate) => used.add(gate));
  for (const { object: members, name, gate } of found) {
    if (!used.has(gate) && !gates?.has(gate)) delete members[name];
  }
}

/** Undefined when nothing below waits for a gate, so that most kinds cost nothing. */
function planMessage(schema: MessageSchema): Visit | undefined {
  const known = plans.get(schema);
  if (known !== undefined) return known.visit;
  // A schema that refers to itself meets this one while it is being planned, and has none: only JSONSchemaProps does.
  const plan: { visit: Visit | undefined } = { visit: undefined };
  plans.set(schema, plan);
  const members = flatFields(schema).flatMap(({ name, field }) => {
    const { disabledBy: gate } = field.options;
    const visit = gate === undefined ? planValue(field.schema) : undefined;
    return gate === undefined && visit === undefined ? [] : [{ name, gate, visit }];
  });
  if (members.length === 0) return undefined;
  plan.visit = (value, see, same) => {
    for (const { name, gate, visit } of members) {
      const member = (value as Members)[name];
      if (member === undefined || member === null || (same !== undefined && member === same[name])) continue;
      if (gate === undefined) visit?.(member, see);
      else see(value as Members, name, gate);
    }
  };
  return plan.visit;
}

function planValue(schema: Schema): Visit | undefined {
  const resolved = resolveSchema(schema);
  if (resolved.type === 'message') return planMessage(resolved);
  const visit =
    resolved.type === 'list'
      ? planValue(resolved.items)
      : resolved.type === 'map'
        ? planValue(resolved.values)
        : undefined;
  return (
    visit &&
    ((value, see) => {
      for (const item of Object.values(value as object)) if (item !== null && item !== undefined) visit(item, see);
    })
  );
}
