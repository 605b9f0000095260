/**
 * Hands on together what comes within one turn of the event loop. Many requests that take each step one after another
 * find its code in the processor's caches; each on its own way through all of it takes a third more time.
 */
export function gathered<T>(handle: (item: T) => void): (item: T) => void {
  let waiting: T[] = [];
  const handOn = () => {
    const items = waiting;
    waiting = [];
    for (const item of items) handle(item);
  };
  return (item) => {
    if (waiting.push(item) === 1) setImmediate(handOn);
  };
}
