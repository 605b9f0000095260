import type protobuf from 'protobufjs/minimal.js';
import type { JsonSchema } from './openapi-input.ts';

export type Writer = protobuf.Writer;
type WriteMember = (writer: Writer, value: never) => void;

/**
 * A message of upstream's protobuf form of OpenAPI documents, by member of the JSON form and field number. What is missing
 * here is not written, but for vendor extensions.
 */
export interface MessageLayout {
  readonly members: Readonly<
    Record<string, readonly [field: number, write: WriteMember | 'string' | 'strings' | 'bool' | 'double' | 'int']>
  >;
  /** Field of the vendor extensions. */
  readonly extensions?: number;
}

const isExtension = (key: string): boolean => key.startsWith('x-');

/** Writes the members of a message. */
export function writeMessage(writer: Writer, value: JsonSchema, layout: MessageLayout): void {
  for (const [name, [field, write]] of Object.entries(layout.members)) {
    const member = value[name];
    if (member === undefined) continue;
    if (write === 'string') writer.uint32((field << 3) | 2).string(member as string);
    else if (write === 'bool') writer.uint32(field << 3).bool(member as boolean);
    else if (write === 'double') writer.uint32((field << 3) | 1).double(member as number);
    else if (write === 'int') writer.uint32(field << 3).int64(member as number);
    else if (write === 'strings')
      for (const item of member as readonly string[]) writer.uint32((field << 3) | 2).string(item);
    else write(writer, member as never);
  }
  if (layout.extensions === undefined) return;
  for (const key of Object.keys(value).filter(isExtension)) writeNamedAny(writer, layout.extensions, key, value[key]);
}

/** A member that is a message. */
export function nested(writer: Writer, field: number, write: (writer: Writer) => void): void {
  writer.uint32((field << 3) | 2).fork();
  write(writer);
  writer.ldelim();
}

/** `Any` holds YAML, which JSON is. */
export const writeAny = (writer: Writer, field: number, value: unknown): void =>
  nested(writer, field, (inner) => inner.uint32((2 << 3) | 2).string(`${JSON.stringify(value)}\n`));

const writeNamedAny = (writer: Writer, field: number, name: string, value: unknown): void =>
  nested(writer, field, (inner) => {
    inner.uint32((1 << 3) | 2).string(name);
    writeAny(inner, 2, value);
  });

/** Maps are lists of name and value, which is a message. */
export function writeNamed(
  writer: Writer,
  field: number,
  map: JsonSchema,
  write: (writer: Writer, value: JsonSchema) => void,
): void {
  for (const [name, value] of Object.entries(map))
    nested(writer, field, (inner) => {
      inner.uint32((1 << 3) | 2).string(name);
      nested(inner, 2, (item) => write(item, value as JsonSchema));
    });
}

/** How a member that is a message of a layout is written. */
export const submessage =
  (field: number, layout: () => MessageLayout) =>
  (writer: Writer, value: JsonSchema): void =>
    nested(writer, field, (inner) => writeMessage(inner, value, layout()));
