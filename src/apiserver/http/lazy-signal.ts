/** Why the signal of an exchange aborts. One for all: it ends every request, and making an error for each costs more than the rest. */
const CLIENT_GONE = new Error('the client is gone, or has its answer');

/** A signal that is made when somebody first asks for it: most requests are answered before anybody does. */
export class LazySignal {
  #controller: AbortController | undefined;
  #aborted = false;

  get signal(): AbortSignal {
    if (this.#controller === undefined) {
      this.#controller = new AbortController();
      if (this.#aborted) this.#controller.abort(CLIENT_GONE);
    }
    return this.#controller.signal;
  }

  readonly abort = (): void => {
    this.#aborted = true;
    this.#controller?.abort(CLIENT_GONE);
  };
}
