/**
 * A patch that cannot be applied. `code` says how upstream answers: 400 for a malformed patch, 422 for one that does
 * not fit the object.
 */
export class PatchError extends Error {
  override readonly name = 'PatchError';
  readonly code: 400 | 422;
  constructor(message: string, code: 400 | 422 = 400) {
    super(message);
    this.code = code;
  }
}

export const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
