import { sharedText } from './shared-json.ts';

/**
 * Shared values that a check found nothing wrong with, so that it need not look again. Others are not remembered: they
 * may change.
 */
export class HarmlessValues {
  readonly #values = new WeakSet<object>();

  /** Whether `check` finds nothing, now or the last time. It must depend on the value alone. */
  has(value: object, check: () => readonly unknown[]): boolean {
    if (this.#values.has(value)) return true;
    if (check().length > 0) return false;
    if (sharedText(value) !== undefined) this.#values.add(value);
    return true;
  }
}
