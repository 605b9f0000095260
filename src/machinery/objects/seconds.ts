/** About 292 years: no more than upstream's durations hold. */
const MOST_SECONDS = 9_223_372_036;

/** Seconds that an object names, to reckon with. Clients may name any int64, and those past 2^53 are bigints. */
export const boundedSeconds = (seconds: number): number =>
  Math.max(-MOST_SECONDS, Math.min(MOST_SECONDS, Number(seconds)));

/** The same in milliseconds. */
export const millisecondsOf = (seconds: number): number => boundedSeconds(seconds) * 1000;
