/**
 * Copies many small byte strings that live about equally long: one allocation for many is several times faster than one for
 * each. A slab is freed when nothing refers to any of its copies.
 */
export class Slab {
  #slab: Buffer = Buffer.alloc(0);
  #used = 0;

  copy(bytes: Uint8Array): Buffer {
    if (bytes.length > LARGE) return Buffer.from(bytes);
    if (this.#used + bytes.length > this.#slab.length) {
      this.#slab = Buffer.allocUnsafeSlow(SLAB_BYTES);
      this.#used = 0;
    }
    const copy = this.#slab.subarray(this.#used, this.#used + bytes.length);
    copy.set(bytes);
    this.#used += bytes.length;
    return copy;
  }
}

const SLAB_BYTES = 256 * 1024;
const LARGE = 16 * 1024;
