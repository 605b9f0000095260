import { type MessageSchema, resolveSchema, type Schema } from '#machinery/schema/schema.ts';
import { flatFields } from './flat-fields.ts';

type Members = Record<string, unknown>;

/** Puts nulls into values of one type, and takes them out again. */
export interface WrittenNulls {
  /** The value with null for every list that shows itself as null when it is empty; itself where there is none. */
  readonly put: (value: unknown) => unknown;
  /** Undoes `put` in a value that the caller owns. */
  readonly take: (value: unknown) => void;
}

const plans = new WeakMap<MessageSchema, { nulls: WrittenNulls | undefined }>();

/**
 * What `nullWhenEmpty` means for the JSON of a type; undefined when no field below it has it, so that most types cost
 * nothing. In memory such lists are absent or empty, as all others are.
 */
export function writtenNulls(schema: MessageSchema): WrittenNulls | undefined {
  const known = plans.get(schema);
  if (known !== undefined) return known.nulls;
  // A schema that refers to itself meets this one while it is being planned, and has none: only JSONSchemaProps does.
  const plan: { nulls: WrittenNulls | undefined } = { nulls: undefined };
  plans.set(schema, plan);
  const members = flatFields(schema).flatMap(({ name, field }): MemberPlan[] => {
    const isRequired = field.presence === 'required';
    if (field.options.nullWhenEmpty) return [{ name, isRequired, isNull: true, nulls: ofValue(field.schema) }];
    const nulls = ofValue(field.schema);
    return nulls === undefined ? [] : [{ name, isRequired, isNull: false, nulls }];
  });
  if (members.length > 0) plan.nulls = ofMembers(members);
  return plan.nulls;
}

interface MemberPlan {
  readonly name: string;
  readonly isRequired: boolean;
  readonly isNull: boolean;
  readonly nulls: WrittenNulls | undefined;
}

function ofValue(schema: Schema): WrittenNulls | undefined {
  const resolved = resolveSchema(schema);
  if (resolved.type === 'message') return writtenNulls(resolved);
  if (resolved.type !== 'list') return undefined;
  const items = ofValue(resolved.items);
  return items && ofList(items);
}

const ofList = ({ put, take }: WrittenNulls): WrittenNulls => ({
  put(value) {
    const items = value as readonly unknown[];
    const position = items.findIndex((item) => put(item) !== item);
    return position < 0 ? items : items.map(put);
  },
  take: (value) => {
    for (const item of value as readonly unknown[]) take(item);
  },
});

const isEmpty = (value: unknown): boolean => value === undefined || (value as readonly unknown[]).length === 0;

const ofMembers = (members: readonly MemberPlan[]): WrittenNulls => ({
  put(value) {
    const object = value as Members;
    let copy: Members | undefined;
    for (const { name, isNull, nulls } of members) {
      const member = object[name];
      const shown = isNull && isEmpty(member) ? null : member === undefined ? member : (nulls?.put(member) ?? member);
      if (shown !== member) (copy ??= { ...object })[name] = shown;
    }
    return copy ?? object;
  },
  take(value) {
    const object = value as Members;
    for (const { name, isRequired, nulls } of members) {
      const member = object[name];
      if (member === null) {
        if (isRequired) object[name] = [];
        else delete object[name];
      } else if (member !== undefined) nulls?.take(member);
    }
  },
});
