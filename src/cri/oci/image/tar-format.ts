import type { ByteReader } from './byte-reader.ts';

export const BLOCK = 512;

/** Entry types of the tar format, by their one-letter flag. */
export type TarType = 'file' | 'link' | 'symlink' | 'character' | 'block' | 'directory' | 'fifo' | 'other';

const TYPES: Readonly<Record<string, TarType>> = {
  '0': 'file',
  '\0': 'file',
  '7': 'file',
  '1': 'link',
  '2': 'symlink',
  '3': 'character',
  '4': 'block',
  '5': 'directory',
  '6': 'fifo',
};

/** One tar entry. Values of `pax` stay bytes: extended attributes are not text. */
export interface TarEntry {
  readonly name: string;
  readonly linkName: string;
  readonly type: TarType;
  readonly size: number;
  /** The 512-byte header as it was in the archive. */
  readonly block: Buffer;
  /** Extended header records that apply to this entry, without `path`, `linkpath` and `size`. */
  readonly pax: readonly PaxRecord[];
}

export interface PaxRecord {
  readonly key: string;
  readonly value: Buffer;
}

/**
 * Reads headers and their extensions (pax, GNU long names) until the next real entry; undefined at the end of the
 * archive. The caller must then consume `paddedSize(entry.size)` bytes from the reader.
 */
export async function readTarEntry(reader: ByteReader): Promise<TarEntry | undefined> {
  let pax: PaxRecord[] = [];
  let longName: string | undefined;
  let longLink: string | undefined;
  for (;;) {
    const block = await reader.read(BLOCK);
    if (block === undefined || block.every((byte) => byte === 0)) return undefined;
    checkSum(block);
    const flag = String.fromCharCode(block[156]!);
    if (!'xgLK'.includes(flag)) return assemble(block, flag, { pax, longName, longLink });
    const size = parseNumber(block.subarray(124, 136));
    if (size > 1 << 20) throw new Error('extended tar header is too large');
    const body = (await reader.read(paddedSize(size))) ?? Buffer.alloc(0);
    const content = body.subarray(0, size);
    if (flag === 'x') pax = parsePaxRecords(content);
    if (flag === 'L') longName = cString(content);
    if (flag === 'K') longLink = cString(content);
  }
}

function assemble(
  block: Buffer,
  flag: string,
  extension: { pax: PaxRecord[]; longName: string | undefined; longLink: string | undefined },
): TarEntry {
  const record = (key: string) => extension.pax.findLast((candidate) => candidate.key === key)?.value.toString();
  const magic = block.toString('latin1', 257, 263);
  const prefix = magic === 'ustar\0' ? cString(block.subarray(345, 500)) : '';
  const ownName = cString(block.subarray(0, 100));
  const size = record('size');
  return {
    name: record('path') ?? extension.longName ?? (prefix ? `${prefix}/${ownName}` : ownName),
    linkName: record('linkpath') ?? extension.longLink ?? cString(block.subarray(157, 257)),
    type: TYPES[flag] ?? 'other',
    size: size === undefined ? parseNumber(block.subarray(124, 136)) : Number(size),
    block,
    pax: extension.pax.filter(({ key }) => key !== 'path' && key !== 'linkpath' && key !== 'size'),
  };
}

/** Bytes an entry's content takes in the archive. */
export function paddedSize(size: number): number {
  return Math.ceil(size / BLOCK) * BLOCK;
}

/** The header blocks of an entry under a (possibly) new name; names that do not fit go to an extended header. */
export function encodeTarEntry(entry: TarEntry): Buffer {
  const block = Buffer.from(entry.block);
  const records = [...entry.pax];
  if (block.toString('latin1', 257, 263) === 'ustar\0') block.fill(0, 345, 500);
  putText(block, entry.name, 0, 100, () => records.push({ key: 'path', value: Buffer.from(entry.name) }));
  putText(block, entry.linkName, 157, 100, () => records.push({ key: 'linkpath', value: Buffer.from(entry.linkName) }));
  if (entry.size >= 8 ** 11) records.push({ key: 'size', value: Buffer.from(String(entry.size)) });
  putSum(block);
  if (records.length === 0) return block;
  const body = encodePaxRecords(records);
  const header = createBlock({ name: 'pax', flag: 'x', mode: 0o644, uid: 0, gid: 0, mtime: 0, size: body.length });
  return Buffer.concat([header, body, Buffer.alloc(paddedSize(body.length) - body.length), block]);
}

export interface BlockFields {
  readonly name: string;
  readonly flag: string;
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  /** Seconds since the epoch. */
  readonly mtime: number;
  readonly size: number;
}

/** A ustar header of our own, for entries that the archive did not hold. */
export function createBlock(fields: BlockFields): Buffer {
  const block = Buffer.alloc(BLOCK);
  putText(block, fields.name, 0, 100, () => {});
  putOctal(block, fields.mode, 100, 8);
  putOctal(block, fields.uid, 108, 8);
  putOctal(block, fields.gid, 116, 8);
  putOctal(block, fields.size, 124, 12);
  putOctal(block, fields.mtime, 136, 12);
  block.write(fields.flag, 156, 'latin1');
  block.write('ustar\x0000', 257, 'latin1');
  putOctal(block, 0, 329, 8);
  putOctal(block, 0, 337, 8);
  putSum(block);
  return block;
}

function putText(block: Buffer, text: string, start: number, length: number, tooLong: () => void): void {
  block.fill(0, start, start + length);
  const bytes = Buffer.from(text);
  if (bytes.length > length - 1) tooLong();
  bytes.copy(block, start, 0, Math.min(bytes.length, length - 1));
}

function putOctal(block: Buffer, value: number, start: number, length: number): void {
  const text = value.toString(8);
  if (text.length < length) {
    block.write(`${text.padStart(length - 1, '0')}\0`, start, 'latin1');
    return;
  }
  // Base-256, as GNU tar writes user numbers past 2097151.
  block.fill(0, start, start + length);
  block[start] = 0x80;
  block.writeUIntBE(value, start + length - 6, 6);
}

function putSum(block: Buffer): void {
  block.fill(0x20, 148, 156);
  let sum = 0;
  for (const byte of block) sum += byte;
  block.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148, 'latin1');
}

function checkSum(block: Buffer): void {
  let sum = 8 * 0x20;
  for (let index = 0; index < BLOCK; index++) if (index < 148 || index >= 156) sum += block[index]!;
  if (sum !== parseNumber(block.subarray(148, 156))) throw new Error('invalid tar header');
}

function parseNumber(field: Buffer): number {
  if (field[0]! & 0x80) return field.readUIntBE(field.length - 6, 6);
  const text = cString(field).trim();
  return text === '' ? 0 : Number.parseInt(text, 8);
}

function cString(bytes: Buffer): string {
  const end = bytes.indexOf(0);
  return bytes.toString('utf8', 0, end < 0 ? bytes.length : end);
}

function parsePaxRecords(content: Buffer): PaxRecord[] {
  const records: PaxRecord[] = [];
  for (let start = 0; start < content.length; ) {
    const space = content.indexOf(0x20, start);
    const length = space < 0 ? Number.NaN : Number(content.toString('latin1', start, space));
    const equals = content.indexOf(0x3d, space);
    if (!(length > 0) || equals < 0) throw new Error('invalid extended tar header');
    records.push({
      key: content.toString('utf8', space + 1, equals),
      value: Buffer.from(content.subarray(equals + 1, start + length - 1)),
    });
    start += length;
  }
  return records;
}

function encodePaxRecords(records: readonly PaxRecord[]): Buffer {
  return Buffer.concat(
    records.map(({ key, value }) => {
      const rest = Buffer.concat([Buffer.from(` ${key}=`), value, Buffer.from('\n')]);
      let length = rest.length + 1;
      // The length counts its own digits.
      while (String(length).length + rest.length !== length) length = String(length).length + rest.length;
      return Buffer.concat([Buffer.from(String(length)), rest]);
    }),
  );
}
