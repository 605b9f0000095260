/** Why a store's directory cannot be used. */
export type StoreOpenReason =
  /** Another living process has it open. */
  | 'in-use'
  /** It was written by a version or a program that this one does not know. */
  | 'unknown-format'
  /** The file system refuses; `code` says how. */
  | 'inaccessible';

/** A store could not be opened. The message is fit to be shown to the user. */
export class StoreOpenError extends Error {
  override readonly name = 'StoreOpenError';
  readonly reason: StoreOpenReason;
  readonly directory: string;
  /** The operating system's code, such as EACCES, where there is one. */
  readonly code: string | undefined;

  constructor(
    reason: StoreOpenReason,
    directory: string,
    detail: string,
    options: { cause?: unknown; code?: string | undefined } = {},
  ) {
    super(`open store in ${directory}: ${detail}`, options.cause === undefined ? {} : { cause: options.cause });
    this.reason = reason;
    this.directory = directory;
    this.code = options.code;
  }
}
