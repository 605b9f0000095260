/** Bits of the code of each byte and of the end of text (RFC 7541, appendix B). The code is canonical: lengths tell it all. */
const LENGTHS: readonly number[] = [
  13, 23, 28, 28, 28, 28, 28, 28, 28, 24, 30, 28, 28, 30, 28, 28, 28, 28, 28, 28, 28, 28, 30, 28, 28, 28, 28, 28, 28,
  28, 28, 28, 6, 10, 10, 12, 13, 6, 8, 11, 10, 10, 8, 11, 8, 6, 6, 6, 5, 5, 5, 6, 6, 6, 6, 6, 6, 6, 7, 8, 15, 6, 12, 10,
  13, 6, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 8, 7, 8, 13, 19, 13, 14, 6, 15, 5, 6, 5, 6,
  5, 6, 6, 6, 5, 7, 7, 6, 6, 6, 5, 6, 7, 6, 5, 5, 6, 7, 7, 7, 7, 7, 15, 11, 14, 13, 28, 20, 22, 20, 20, 22, 22, 22, 23,
  22, 23, 23, 23, 23, 23, 24, 23, 24, 24, 22, 23, 24, 23, 23, 23, 23, 21, 22, 23, 22, 23, 23, 24, 22, 21, 20, 22, 22,
  23, 23, 21, 23, 22, 22, 24, 21, 22, 23, 23, 21, 21, 22, 21, 23, 22, 23, 23, 20, 22, 22, 22, 23, 22, 22, 23, 26, 26,
  20, 19, 22, 23, 22, 25, 26, 26, 26, 27, 27, 26, 24, 25, 19, 21, 26, 27, 27, 26, 27, 24, 21, 21, 26, 26, 28, 27, 27,
  27, 20, 24, 20, 21, 22, 21, 21, 23, 22, 22, 25, 25, 24, 24, 26, 23, 26, 27, 26, 26, 27, 27, 27, 27, 27, 28, 27, 27,
  27, 27, 27, 26, 30,
];
const END = 256;

/** `[code, bits]` of each symbol. */
export function huffmanCodes(): readonly (readonly [code: number, bits: number])[] {
  const symbols = LENGTHS.map((_, symbol) => symbol).sort((a, b) => bitsOf(a) - bitsOf(b) || a - b);
  const codes: [number, number][] = [];
  let code = 0;
  let bits = 0;
  for (const symbol of symbols) {
    code = (code << (bitsOf(symbol) - bits)) >>> 0;
    bits = bitsOf(symbol);
    codes[symbol] = [code++, bits];
  }
  return codes;
}

const bitsOf = (symbol: number): number => LENGTHS[symbol] as number;

const FAILS = -1;
const EMITS = 1 << 16;

/**
 * The code as a machine that takes four bits a step. A step is `next state | symbol << 8`, with EMITS when the symbol
 * is complete: the shortest has five bits, so there is one at most. A text may end in states that padding leads to.
 */
interface Machine {
  readonly steps: Int32Array;
  readonly mayEnd: Uint8Array;
}

let machine: Machine | undefined;

function build(): Machine {
  // Inner nodes by number; what is below zero is a leaf.
  const children: [number, number][] = [[0, 0]];
  huffmanCodes().forEach(([code, bits], symbol) => {
    let node = 0;
    for (let bit = bits - 1; bit > 0; bit--) {
      const pair = children[node] as [number, number];
      const side = (code >>> bit) & 1;
      if (pair[side] === 0) pair[side] = children.push([0, 0]) - 1;
      node = pair[side] as number;
    }
    (children[node] as [number, number])[code & 1] = ~symbol;
  });
  const steps = new Int32Array(children.length * 16);
  for (let state = 0; state < children.length; state++)
    for (let nibble = 0; nibble < 16; nibble++) steps[state * 16 + nibble] = step(children, state, nibble);
  const mayEnd = new Uint8Array(children.length);
  for (let state = 0, depth = 0; depth < 8; depth++) {
    mayEnd[state] = 1;
    state = children[state]?.[1] as number;
  }
  return { steps, mayEnd };
}

function step(children: readonly (readonly [number, number])[], state: number, nibble: number): number {
  let node = state;
  let emitted = 0;
  for (let bit = 3; bit >= 0; bit--) {
    const next = children[node]?.[((nibble >>> bit) & 1) as 0 | 1] as number;
    if (next === ~END) return FAILS;
    if (next < 0) emitted = EMITS | (~next << 8);
    node = Math.max(next, 0);
  }
  return node | emitted;
}

let text = Buffer.allocUnsafe(4096);

/** The text of a Huffman-coded string literal; undefined for what no text is coded as. */
export function decodeHuffman(source: Buffer, start: number, end: number): string | undefined {
  const { steps, mayEnd } = (machine ??= build());
  const longest = Math.floor(((end - start) * 8) / 5);
  if (text.length < longest) text = Buffer.allocUnsafe(longest);
  let state = 0;
  let length = 0;
  for (let at = start; at < end; at++) {
    const byte = source[at] as number;
    const first = steps[(state << 4) | (byte >>> 4)] as number;
    if (first === FAILS) return undefined;
    if (first & EMITS) text[length++] = first >>> 8;
    const second = steps[((first & 0xff) << 4) | (byte & 15)] as number;
    if (second === FAILS) return undefined;
    if (second & EMITS) text[length++] = second >>> 8;
    state = second & 0xff;
  }
  return mayEnd[state] ? text.toString('latin1', 0, length) : undefined;
}
