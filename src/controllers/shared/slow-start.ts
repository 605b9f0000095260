/**
 * Makes `count` calls in batches of 1, 2, 4, … and stops after the batch in which one fails, or has made nothing: a
 * thousand creations that quota refuses cost one call, not a thousand. Resolves with the successes and the first failure.
 */
export async function slowStart(
  count: number,
  call: () => Promise<unknown>,
): Promise<{ readonly successes: number; readonly error: unknown }> {
  let successes = 0;
  for (let batch = Math.min(count, 1); batch > 0; batch = Math.min(2 * batch, count - successes)) {
    const results = await Promise.allSettled(Array.from({ length: batch }, call));
    const failures = results.filter((result) => result.status === 'rejected');
    const made = results.filter((result) => result.status === 'fulfilled' && result.value !== undefined).length;
    successes += made;
    if (failures[0]) return { successes, error: failures[0].reason };
    if (made < batch) break;
  }
  return { successes, error: undefined };
}
