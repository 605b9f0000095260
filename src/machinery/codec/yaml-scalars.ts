/** Marks a plain scalar that stands for a text. */
export const PLAIN_TEXT: unique symbol = Symbol('plain text');

const NULLS = new Set(['', '~', 'null', 'Null', 'NULL']);
const TRUES = new Set(['y', 'Y', 'yes', 'Yes', 'YES', 'true', 'True', 'TRUE', 'on', 'On', 'ON']);
const FALSES = new Set(['n', 'N', 'no', 'No', 'NO', 'false', 'False', 'FALSE', 'off', 'Off', 'OFF']);
const FLOAT = /^[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?$/;
const INTEGER = /^([-+]?)(?:0[xX]([0-9a-fA-F]+)|0[bB]([01]+)|0[oO]?([0-7]+)|(0|[1-9][0-9]*))$/;

/**
 * What a plain scalar means: YAML 1.1 as upstream reads it, so y, yes and on are booleans and 0644 an octal number,
 * but there are no dates and no sexagesimals. Integers past 2^53 are bigints.
 */
export function resolvePlain(source: string): null | boolean | number | bigint | typeof PLAIN_TEXT {
  if (NULLS.has(source)) return null;
  if (TRUES.has(source)) return true;
  if (FALSES.has(source)) return false;
  return /^[-+.0-9]/.test(source) ? resolveNumber(source) : PLAIN_TEXT;
}

function resolveNumber(source: string): number | bigint | typeof PLAIN_TEXT {
  const plain = source.replaceAll('_', '');
  const integer = INTEGER.exec(plain);
  if (integer !== null) return resolveInteger(integer);
  // JSON has neither infinities nor NaN: they stay texts.
  return FLOAT.test(plain) ? Number(plain) : PLAIN_TEXT;
}

/** Integers past int64 are floats. */
function resolveInteger([, sign, hexadecimal, binary, octal, decimal]: RegExpExecArray): number | bigint {
  const magnitude = BigInt(
    hexadecimal !== undefined
      ? `0x${hexadecimal}`
      : binary !== undefined
        ? `0b${binary}`
        : octal !== undefined
          ? `0o${octal}`
          : decimal!,
  );
  const value = sign === '-' ? -magnitude : magnitude;
  const number = Number(value);
  return Number.isSafeInteger(number) || BigInt.asIntN(64, value) !== value ? number : value;
}

/** Whether a text, written plain, would be read as something else, here or by readers of other YAML versions. */
export function isAmbiguousPlain(text: string): boolean {
  if (resolvePlain(text) !== PLAIN_TEXT) return true;
  return (
    /^(<<|[-+]?\.(inf|Inf|INF)|\.(nan|NaN|NAN)|[-+]?[0-9][0-9_]*(:[0-5]?[0-9])+(\.[0-9_]*)?)$/.test(text) ||
    /^[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}([Tt ].*)?$/.test(text)
  );
}
