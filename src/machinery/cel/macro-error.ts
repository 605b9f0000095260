/** A macro that was not used as it must be. */
export class MacroError extends Error {
  override readonly name = 'MacroError';
  readonly at: number;
  constructor(at: number, message: string) {
    super(message);
    this.at = at;
  }
}
