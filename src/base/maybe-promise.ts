/**
 * What is there already, or will be. Whoever awaits what is there pays for it all the same, a turn and some objects in every
 * function on the way; what every request passes therefore goes on at once with what is there.
 */
export type MaybePromise<T> = T | Promise<T>;

/** Goes on with a value, at once if it is there. What it goes on with throws or rejects, as it comes. */
export const whenThere = <T, R>(value: MaybePromise<T>, go: (value: T) => MaybePromise<R>): MaybePromise<R> =>
  value instanceof Promise ? value.then(go) : go(value);

/** Does some work and turns its error, thrown or rejected, into something else, or into another error. */
export function recovering<T>(
  work: () => MaybePromise<T>,
  recover: (error: unknown) => MaybePromise<T>,
): MaybePromise<T> {
  try {
    const value = work();
    return value instanceof Promise ? value.catch(recover) : value;
  } catch (error) {
    return recover(error);
  }
}

/** Does some work and calls `over` when it is through, however it ended. */
export function finishing<T>(work: () => MaybePromise<T>, over: () => void): MaybePromise<T> {
  let value: MaybePromise<T>;
  try {
    value = work();
  } catch (error) {
    over();
    throw error;
  }
  if (!(value instanceof Promise)) {
    over();
    return value;
  }
  // By hand: `finally` would wait for `over` and take two turns more.
  return value.then(
    (late) => {
      over();
      return late;
    },
    (error) => {
      over();
      throw error;
    },
  );
}

/** Asks one after another until `settle` makes something of an answer; undefined when it never does. */
export function firstSettled<T, A, R>(
  asked: readonly T[],
  ask: (each: T) => MaybePromise<A>,
  settle: (answer: A) => R | undefined,
  start = 0,
): MaybePromise<R | undefined> {
  for (let index = start; index < asked.length; index++) {
    const answer = ask(asked[index] as T);
    if (answer instanceof Promise) {
      return answer.then((late) => settle(late) ?? firstSettled(asked, ask, settle, index + 1));
    }
    const settled = settle(answer);
    if (settled !== undefined) return settled;
  }
  return undefined;
}
