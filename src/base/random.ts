/** A source of randomness; injected so that simulations can be repeated from a seed. */
export interface Random {
  /** A number in [0, 1). */
  next(): number;
}

/** Not repeatable, not for secrets. */
export const systemRandom: Random = { next: () => Math.random() };

/** Repeatable from a 32-bit seed (mulberry32). */
export function seededRandom(seed: number): Random {
  let state = seed >>> 0;
  return {
    next() {
      state = (state + 0x6d2b79f5) >>> 0;
      let t = state;
      t = Math.imul(t ^ (t >>> 15), t | 1);
      t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
      return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
    },
  };
}

/** A UUID of version 4, as random as its source. */
export function uuidFrom(random: Random): string {
  const bytes = Uint8Array.from({ length: 16 }, () => Math.floor(random.next() * 256));
  bytes[6] = ((bytes[6] as number) & 0x0f) | 0x40;
  bytes[8] = ((bytes[8] as number) & 0x3f) | 0x80;
  const hex = Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
}

const NAME_ALPHABET = 'bcdfghjklmnpqrstvwxz2456789';

/** Upstream's random name suffix: no vowels and no look-alikes, so that no words appear. */
export function randomNameSuffix(random: Random, length = 5): string {
  let suffix = '';
  for (let i = 0; i < length; i++) suffix += NAME_ALPHABET[Math.floor(random.next() * NAME_ALPHABET.length)];
  return suffix;
}
