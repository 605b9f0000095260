import protobuf from 'protobufjs/minimal.js';
import { ListMeta } from '#api/meta/v1/list-meta.ts';
import { writeEnvelope } from '#machinery/codec/protobuf.ts';
import { encodeMessage } from '#machinery/codec/protobuf-encoder.ts';

/** A list whose items are encoded already: every list has its metadata as field 1 and its items as field 2. */
export function encodeListMessage(
  items: readonly Uint8Array[],
  head: { readonly kind: string; readonly apiVersion: string; readonly metadata: object },
): Uint8Array {
  const writer = protobuf.Writer.create();
  writer.uint32(0x0a).bytes(encodeMessage(ListMeta, head.metadata));
  for (const item of items) writer.uint32(0x12).bytes(item);
  return writeEnvelope({ apiVersion: head.apiVersion, kind: head.kind }, writer.finish());
}
