import { flatFields } from '#machinery/codec/flat-fields.ts';
import { type MessageSchema, resolveSchema, type Schema } from '#machinery/schema/schema.ts';

type Members = Record<string, unknown>;
/** A member whose field waits for a gate. */
interface Found {
  readonly object: Members;
  readonly name: string;
  readonly gate: string;
  /** What holds the object, where that goes when it is left empty. */
  readonly holder?: { readonly object: Members; readonly name: string };
}
/** Tells of each such member below a value. Members that are the very same in `same` are left out. */
type Visit = (value: unknown, see: (found: Found) => void, same?: Members) => void;

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
  const found: Found[] = [];
  // What is the same as before uses no gate that was not used before.
  visit(object, (each) => found.push(each), old as Members | undefined);
  if (found.length === 0) return;
  const used = new Set<string>();
  if (old) visit(old, ({ gate }) => used.add(gate));
  for (const { object: members, name, gate, holder } of found) {
    if (used.has(gate) || gates?.has(gate)) continue;
    delete members[name];
    if (holder && Object.values(members).every((value) => value === undefined)) delete holder.object[holder.name];
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
    const { disabledBy: gate, dropEmpty = false } = field.options;
    const visit = gate === undefined ? planValue(field.schema) : undefined;
    return gate === undefined && visit === undefined ? [] : [{ name, gate, visit, dropEmpty }];
  });
  if (members.length === 0) return undefined;
  plan.visit = (value, see, same) => {
    for (const { name, gate, visit, dropEmpty } of members) {
      const member = (value as Members)[name];
      if (member === undefined || member === null || (same !== undefined && member === same[name])) continue;
      const object = value as Members;
      if (gate !== undefined) see({ object, name, gate });
      else if (!dropEmpty) visit?.(member, see);
      else visit?.(member, (found) => see(found.object === member ? { ...found, holder: { object, name } } : found));
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
