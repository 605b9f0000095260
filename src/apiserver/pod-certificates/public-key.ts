import { createPublicKey, type KeyObject } from 'node:crypto';

/** A public key from DER; undefined where there is none in it. */
export function readPublicKey(der: Uint8Array): KeyObject | undefined {
  try {
    const key = createPublicKey({ key: Buffer.from(der), format: 'der', type: 'spki' });
    return isKnown(key) ? key : undefined;
  } catch {
    // Whatever is wrong with it: it is no key.
    return undefined;
  }
}

/** The curves that Go reads, by the names of OpenSSL. Of these pods may have keys on all but the first. */
const FORMER_CURVE = 'secp224r1';
const CURVES: readonly string[] = [FORMER_CURVE, 'prime256v1', 'secp384r1', 'secp521r1'];

/** Go reads no keys that are for PSS alone, nor those on other curves. */
const isKnown = ({ asymmetricKeyType, asymmetricKeyDetails }: KeyObject): boolean =>
  asymmetricKeyType === 'ec'
    ? CURVES.includes(asymmetricKeyDetails?.namedCurve ?? '')
    : asymmetricKeyType !== 'rsa-pss';

/** What is wrong with a key, in upstream's words; without `value` where that says nothing. */
export interface KeyProblem {
  readonly value?: string;
  readonly detail: string;
}

/** What is wrong with the kind of a key, `ecdsa` says which curves are allowed. */
export function keyProblem(key: KeyObject, ecdsa: string): KeyProblem | undefined {
  const { namedCurve = '', modulusLength = 0 } = key.asymmetricKeyDetails ?? {};
  switch (key.asymmetricKeyType) {
    case 'ed25519':
      return undefined;
    case 'ec':
      return namedCurve === FORMER_CURVE ? { value: 'curve P-224', detail: ecdsa } : undefined;
    case 'rsa': {
      const bits = Math.ceil(modulusLength / 8) * 8;
      if (bits === 3072 || bits === 4096) return undefined;
      return { value: `${bits}-bit modulus`, detail: 'RSA keys must have modulus size 3072 or 4096' };
    }
    default:
      return { detail: 'unknown public key type; supported types are Ed25519, ECDSA, and RSA' };
  }
}
