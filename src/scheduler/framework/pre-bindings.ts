/** Pods that have a node, and whose volumes or devices are made ready before they are bound to it. */
export class PreBindings {
  readonly #pods = new Map<string, AbortController>();

  /**
   * Does what is to be done before a pod is bound. Rejects when that is called off meanwhile, even if it was done all the
   * same; once it has resolved it is too late.
   */
  async run<T>(uid: string, signal: AbortSignal, work: (signal: AbortSignal) => Promise<T>): Promise<T> {
    const controller = new AbortController();
    this.#pods.set(uid, controller);
    try {
      const result = await work(AbortSignal.any([signal, controller.signal]));
      controller.signal.throwIfAborted();
      return result;
    } finally {
      this.#pods.delete(uid);
    }
  }

  /** Calls it off; whether there was anything to call off. */
  cancel(uid: string, reason: string): boolean {
    const controller = this.#pods.get(uid);
    controller?.abort(new Error(reason));
    return controller !== undefined;
  }
}
