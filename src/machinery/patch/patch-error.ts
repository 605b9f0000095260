const REASONS = { 400: 'BadRequest', 413: 'RequestEntityTooLarge', 422: 'Invalid' } as const;

/**
 * A patch that cannot be applied. `code` says how it is answered: 400 for a malformed patch, 413 for one that is too
 * long, 422 for one that does not fit the object.
 */
export class PatchError extends Error {
  override readonly name = 'PatchError';
  readonly code: keyof typeof REASONS;
  constructor(message: string, code: keyof typeof REASONS = 400) {
    super(message);
    this.code = code;
  }

  get reason(): string {
    return REASONS[this.code];
  }
}

export const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
