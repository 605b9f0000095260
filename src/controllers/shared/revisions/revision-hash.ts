import { fnv1 } from '#base/fnv.ts';
import { canonical, safeEncode } from '../safe-hash.ts';

/**
 * The hash of a StatefulSet's revision, the same that upstream makes of it: recorded pods keep the name of the revision
 * they are of, also where that was not recorded.
 */
export function revisionHash(data: unknown, collisions: number | undefined): string {
  const text = canonical(data).replace(
    ESCAPED,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
  return safeEncode(String(fnv1(text + (collisions ?? ''))));
}

/** What Go does not write into JSON as it is. */
const ESCAPED = /[<>&\u2028\u2029]/g;
