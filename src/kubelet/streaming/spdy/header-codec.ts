import { constants, createDeflate, createInflate, type Deflate, type Inflate } from 'node:zlib';
import { HEADER_DICTIONARY } from './header-dictionary.ts';

/** Names are lower case; several values of one name are joined by NUL. */
export type SpdyHeaders = Readonly<Record<string, string>>;

/** Feeds one block to a compression stream and resolves with what comes out of it. */
function transform(stream: Deflate | Inflate, block: Buffer): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    stream.once('error', reject);
    stream.write(block);
    stream.flush(constants.Z_SYNC_FLUSH, () => {
      stream.removeListener('error', reject);
      resolve((stream.read() as Buffer | null) ?? Buffer.alloc(0));
    });
  });
}

/** Compresses header blocks of one direction; calls must not overlap. */
export class HeaderEncoder {
  readonly #deflate = createDeflate({ dictionary: HEADER_DICTIONARY });

  encode(headers: SpdyHeaders): Promise<Buffer> {
    const parts: Buffer[] = [uint32(Object.keys(headers).length)];
    for (const [name, value] of Object.entries(headers)) {
      const [key, text] = [Buffer.from(name.toLowerCase()), Buffer.from(value)];
      parts.push(uint32(key.length), key, uint32(text.length), text);
    }
    return transform(this.#deflate, Buffer.concat(parts));
  }

  close(): void {
    this.#deflate.destroy();
  }
}

/** Reads header blocks of one direction; calls must not overlap. */
export class HeaderDecoder {
  readonly #inflate = createInflate({ dictionary: HEADER_DICTIONARY });

  async decode(block: Buffer): Promise<SpdyHeaders> {
    const bytes = await transform(this.#inflate, block);
    const headers: Record<string, string> = {};
    let offset = 4;
    const text = () => {
      const length = bytes.readUInt32BE(offset);
      offset += 4 + length;
      return bytes.toString('utf8', offset - length, offset);
    };
    for (let left = bytes.readUInt32BE(0); left > 0; left--) headers[text().toLowerCase()] = text();
    return headers;
  }

  close(): void {
    this.#inflate.destroy();
  }
}

function uint32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
}
