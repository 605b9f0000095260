import type { AdmissionAttributes, Operation } from './attributes.ts';

export type { AdmissionAttributes, Operation } from './attributes.ts';

/** Called once what a plugin let through has been written, or has not. Must not reject. */
export type Settle = (written: boolean) => void | Promise<void>;

/** A check or change between authorization and storage. Both functions reject with a `StatusError` to refuse. */
export interface AdmissionPlugin {
  readonly name: string;
  readonly mutate?: (attributes: AdmissionAttributes) => void | Promise<void>;
  /** May answer what it wants to be told when the write has ended. */
  // biome-ignore lint/suspicious/noConfusingVoidType: most plugins answer nothing
  readonly validate?: (attributes: AdmissionAttributes) => void | Settle | Promise<void | Settle>;
}

/** Measures the steps of admission: `admit` for all that change, `validate` for all that look. */
export interface StepObserver {
  /** What `ended` is given back. */
  readonly begun: () => number;
  readonly ended: (step: 'admit' | 'validate', operation: Operation, rejected: boolean, begun: number) => void;
}

const NOBODY: StepObserver = { begun: () => 0, ended: () => {} };

/** Plugins in their order: first all that change, then, once the object is complete and valid, all that only look. */
export class AdmissionChain {
  readonly #mutating: readonly AdmissionPlugin[];
  readonly #validating: readonly AdmissionPlugin[];
  readonly #steps: StepObserver;

  constructor(plugins: readonly AdmissionPlugin[], steps: StepObserver = NOBODY) {
    this.#steps = steps;
    this.#mutating = plugins.filter((plugin) => plugin.mutate !== undefined);
    this.#validating = plugins.filter((plugin) => plugin.validate !== undefined);
  }

  async mutate(attributes: AdmissionAttributes): Promise<void> {
    const begun = this.#steps.begun();
    let rejected = true;
    try {
      for (const plugin of this.#mutating) {
        const result = plugin.mutate?.(attributes);
        // Most plugins are done at once, and waiting for nothing costs a turn of the queue.
        if (result !== undefined) await result;
      }
      rejected = false;
    } finally {
      this.#steps.ended('admit', attributes.operation, rejected, begun);
    }
  }

  /** For requests that write nothing, and removals. */
  async validate(attributes: AdmissionAttributes): Promise<void> {
    await this.validateAndWrite(attributes, async () => undefined);
  }

  /** Validates, writes, and tells the plugins whether something was written: `write` resolves with it, or with undefined. */
  async validateAndWrite<T>(attributes: AdmissionAttributes, write: () => Promise<T>): Promise<T> {
    const settles: Settle[] = [];
    let written: T | undefined;
    const begun = this.#steps.begun();
    let passed = false;
    try {
      for (const plugin of this.#validating) {
        const result = plugin.validate?.(attributes);
        const settle = result instanceof Promise ? await result : result;
        if (settle) settles.push(settle);
      }
      passed = true;
      this.#steps.ended('validate', attributes.operation, false, begun);
      written = await write();
      return written;
    } finally {
      if (!passed) this.#steps.ended('validate', attributes.operation, true, begun);
      for (const settle of settles.reverse()) await settle(written !== undefined);
    }
  }
}

/** For writes that follow from a request that was admitted. */
export const NO_ADMISSION = new AdmissionChain([]);
