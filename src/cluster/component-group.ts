import type { Logger } from '#base/logger.ts';

/** Something that works until its signal aborts. */
export interface Component {
  readonly name: string;
  run(signal: AbortSignal): Promise<void>;
}

/** Components that are started one by one and stopped together, the last one first. */
export class ComponentGroup {
  readonly #logger: Logger;
  readonly #running: { readonly stop: AbortController; readonly done: Promise<void> }[] = [];

  constructor(logger: Logger) {
    this.#logger = logger;
  }

  /** Runs a component in the background. One that fails is logged; the others go on. */
  start(component: Component): void {
    const stop = new AbortController();
    const done = component.run(stop.signal).catch((error) => {
      if (!stop.signal.aborted) this.#logger.error('component failed', { component: component.name, error });
    });
    this.#running.push({ stop, done });
  }

  async stop(): Promise<void> {
    for (const { stop, done } of this.#running.splice(0).reverse()) {
      stop.abort();
      await done;
    }
  }
}
