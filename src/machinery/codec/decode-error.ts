/** A body that cannot be decoded. The message is what upstream's decoder says, without the kind in front. */
export class DecodeError extends Error {
  override readonly name = 'DecodeError';

  /** Where in the body, with indices, as far as that is known: `spec.containers[0].image`. */
  readonly path: string;

  constructor(message: string, path = '') {
    super(message);
    this.path = path;
  }
}
