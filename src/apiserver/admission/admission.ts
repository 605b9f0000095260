import type { AnyResourceDefinition } from '#api/resource-definition.ts';
import type { AdmissionAttributes, Operation } from './attributes.ts';
import { resourceOf } from './requests.ts';

export type { AdmissionAttributes, Operation } from './attributes.ts';

/** Called once what a plugin let through has been written, or has not. Must not reject. */
export type Settle = (written: boolean) => void | Promise<void>;

/** A check or change between authorization and storage. Both functions reject with a `StatusError` to refuse. */
export interface AdmissionPlugin {
  readonly name: string;
  /** The resources it is about (`pods`, `ingresses.networking.k8s.io`); absent for one that is about all. */
  readonly resources?: readonly string[];
  readonly mutate?: (attributes: AdmissionAttributes) => void | Promise<void>;
  /** May answer what it wants to be told when the write has ended. */
  // biome-ignore lint/suspicious/noConfusingVoidType: most plugins answer nothing
  readonly validate?: (attributes: AdmissionAttributes) => void | Settle | Promise<void | Settle>;
}

export type Step = 'admit' | 'validate';

/** Measures admission: each plugin, and the steps: `admit` for all that change, `validate` for all that look. */
export interface AdmissionObserver {
  /** When something begins, to be given back as `since`. */
  readonly now: () => number;
  /** A plugin is done; answers when, which is when the next one begins. */
  readonly passed: (plugin: AdmissionPlugin, step: Step, operation: Operation, since: number) => number;
  readonly refused: (plugin: AdmissionPlugin, step: Step, operation: Operation, since: number) => void;
  readonly ended: (step: Step, operation: Operation, rejected: boolean, since: number) => void;
}

const NOBODY: AdmissionObserver = { now: () => 0, passed: () => 0, refused: () => {}, ended: () => {} };

interface Steps {
  readonly mutating: readonly AdmissionPlugin[];
  readonly validating: readonly AdmissionPlugin[];
}

/** Plugins in their order: first all that change, then, once the object is complete and valid, all that only look. */
export class AdmissionChain {
  readonly #plugins: readonly AdmissionPlugin[];
  /** What is asked about each kind: of most, a few. */
  readonly #steps = new WeakMap<AnyResourceDefinition, Steps>();
  readonly #observer: AdmissionObserver;

  constructor(plugins: readonly AdmissionPlugin[], observer: AdmissionObserver = NOBODY) {
    this.#observer = observer;
    this.#plugins = plugins;
  }

  #stepsOf(definition: AnyResourceDefinition): Steps {
    let steps = this.#steps.get(definition);
    if (steps === undefined) {
      const resource = resourceOf(definition);
      const asked = this.#plugins.filter(({ resources }) => resources?.includes(resource) ?? true);
      steps = {
        mutating: asked.filter((plugin) => plugin.mutate !== undefined),
        validating: asked.filter((plugin) => plugin.validate !== undefined),
      };
      this.#steps.set(definition, steps);
    }
    return steps;
  }

  async mutate(attributes: AdmissionAttributes): Promise<void> {
    const { operation } = attributes;
    const begun = this.#observer.now();
    let since = begun;
    let rejected: AdmissionPlugin | undefined;
    try {
      for (const plugin of this.#stepsOf(attributes.definition).mutating) {
        rejected = plugin;
        const result = plugin.mutate?.(attributes);
        // Most plugins are done at once, and waiting for nothing costs a turn of the queue.
        if (result !== undefined) await result;
        since = this.#observer.passed(plugin, 'admit', operation, since);
      }
      rejected = undefined;
    } finally {
      if (rejected) this.#observer.refused(rejected, 'admit', operation, since);
      this.#observer.ended('admit', operation, rejected !== undefined, begun);
    }
  }

  /** For requests that write nothing, and removals. */
  async validate(attributes: AdmissionAttributes): Promise<void> {
    await this.validateAndWrite(attributes, async () => undefined);
  }

  /** Validates, writes, and tells the plugins whether something was written: `write` resolves with it, or with undefined. */
  async validateAndWrite<T>(attributes: AdmissionAttributes, write: () => Promise<T>): Promise<T> {
    const { operation } = attributes;
    const settles: Settle[] = [];
    let written: T | undefined;
    const begun = this.#observer.now();
    let since = begun;
    let rejected: AdmissionPlugin | undefined;
    try {
      for (const plugin of this.#stepsOf(attributes.definition).validating) {
        rejected = plugin;
        const result = plugin.validate?.(attributes);
        const settle = result instanceof Promise ? await result : result;
        if (settle) settles.push(settle);
        since = this.#observer.passed(plugin, 'validate', operation, since);
      }
      rejected = undefined;
      this.#observer.ended('validate', operation, false, begun);
      written = await write();
      return written;
    } finally {
      if (rejected) {
        this.#observer.refused(rejected, 'validate', operation, since);
        this.#observer.ended('validate', operation, true, begun);
      }
      for (const settle of settles.reverse()) await settle(written !== undefined);
    }
  }
}

/** For writes that follow from a request that was admitted. */
export const NO_ADMISSION = new AdmissionChain([]);
