/** What `work` resolves with; undefined where it rejects with an error that is as good as success: what was to be deleted is gone already. */
export const ignoring = <T>(isExpected: (error: unknown) => boolean, work: Promise<T>): Promise<T | undefined> =>
  work.catch((error: unknown) => {
    if (isExpected(error)) return undefined;
    throw error;
  });
