import { flatFields } from '#machinery/codec/flat-fields.ts';
import { goStructName } from '#machinery/codec/go-type.ts';
import { type Field, type MessageSchema, resolveSchema, type Schema } from '#machinery/schema/schema.ts';
import { PatchError } from './patch-error.ts';

/** How a member is patched. */
export interface MemberStrategy {
  /** The schema of the member, or of a list's items; undefined where anything may stand. */
  readonly schema: Schema | undefined;
  readonly strategy: 'merge' | 'replace' | '';
  readonly retainKeys: boolean;
  readonly mergeKey: string;
}

const UNKNOWN: MemberStrategy = { schema: undefined, strategy: '', retainKeys: false, mergeKey: '' };

const strategies = new WeakMap<MessageSchema, Map<string, MemberStrategy>>();

/** Looks up a member under a schema; throws `PatchError` for members that the schema does not have. */
export function memberStrategy(schema: Schema | undefined, key: string): MemberStrategy {
  const resolved = schema && resolveSchema(schema);
  if (resolved === undefined || resolved.type === 'scalar' || resolved.type === 'list') return UNKNOWN;
  if (resolved.type === 'map') return { ...UNKNOWN, schema: itemSchema(resolved.values) };
  let members = strategies.get(resolved);
  if (members === undefined) {
    members = new Map(flatFields(resolved).map(({ name, field }) => [name, strategyOf(field)]));
    strategies.set(resolved, members);
  }
  const member = members.get(key);
  if (member === undefined)
    throw new PatchError(
      `unable to find api field in struct ${goStructName(resolved.name)} for the json field ${JSON.stringify(key)}`,
    );
  return member;
}

function strategyOf({ schema, options }: Field): MemberStrategy {
  const names = options.patchStrategy?.split(',') ?? [];
  const strategy = names.find((name) => name === 'merge' || name === 'replace') ?? '';
  return {
    schema: itemSchema(schema),
    strategy,
    retainKeys: names.includes('retainKeys'),
    mergeKey: options.mergeKey ?? '',
  };
}

function itemSchema(schema: Schema): Schema {
  const resolved = resolveSchema(schema);
  return resolved.type === 'list' ? resolved.items : resolved;
}
