/** A body that cannot be decoded. The message is what upstream's decoder says, without the kind in front. */
export class DecodeError extends Error {
  override readonly name = 'DecodeError';
}
