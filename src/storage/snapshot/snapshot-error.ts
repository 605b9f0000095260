/** A snapshot cannot be used. The message is fit to be shown to the user. */
export class SnapshotError extends Error {
  override readonly name = 'SnapshotError';
}
