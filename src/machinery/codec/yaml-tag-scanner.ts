import { isBlank, isBlankOrEnd, isDigit, isWord, type YamlCursor } from './yaml-cursor.ts';

/** A tag: a handle that a document declares, and what comes after it. */
export interface YamlTag {
  readonly handle: string;
  readonly suffix: string;
}

export type YamlDirective = { readonly version: string } | { readonly handle: string; readonly prefix: string };

/** Reads the name of an anchor or an alias. */
export function scanAnchor(cursor: YamlCursor): string {
  cursor.skip();
  const name = scanWord(cursor);
  if (name === '' || !(isBlankOrEnd(cursor.peek()) || cursor.isOneOf('?:,]}%@`')))
    throw cursor.fault('did not find expected alphabetic or numeric character');
  return name;
}

/** Reads `!suffix`, `!handle!suffix` or `!<whole>`, whose handle is empty. */
export function scanTag(cursor: YamlCursor): YamlTag {
  const tag = cursor.is('<', 1) ? scanVerbatim(cursor) : scanShort(cursor);
  if (!isBlankOrEnd(cursor.peek())) throw cursor.fault('did not find expected whitespace or line break');
  return tag;
}

function scanVerbatim(cursor: YamlCursor): YamlTag {
  cursor.skip();
  cursor.skip();
  const suffix = scanUri(cursor);
  if (!cursor.is('>')) throw cursor.fault("did not find the expected '>'");
  cursor.skip();
  return { handle: '', suffix };
}

function scanShort(cursor: YamlCursor): YamlTag {
  const handle = scanHandle(cursor);
  if (handle.length > 1 && handle.endsWith('!')) return { handle, suffix: scanUri(cursor) };
  const suffix = scanUri(cursor, handle);
  return suffix === '' ? { handle: '', suffix: '!' } : { handle: '!', suffix };
}

function scanHandle(cursor: YamlCursor, isDirective = false): string {
  if (!cursor.is('!')) throw cursor.fault("did not find expected '!'");
  const handle = cursor.read() + scanWord(cursor);
  if (cursor.is('!')) return handle + cursor.read();
  if (isDirective && handle !== '!') throw cursor.fault("did not find expected '!'");
  return handle;
}

const URI = ";/?:@&=+$,.!~*'()[]%";

/** The rest of a tag; `head` was taken for its handle and belongs to it but for the exclamation mark. */
function scanUri(cursor: YamlCursor, head = ''): string {
  let uri = head.slice(1);
  let isEmpty = head === '';
  while (isWord(cursor.peek()) || cursor.isOneOf(URI)) {
    uri += cursor.is('%') ? scanUriEscapes(cursor) : cursor.read();
    isEmpty = false;
  }
  if (isEmpty) throw cursor.fault('did not find expected tag URI');
  return uri;
}

/** The escaped octets of one character. */
function scanUriEscapes(cursor: YamlCursor): string {
  const octets: number[] = [];
  let length = 1;
  while (octets.length < length) {
    const octetText = /^%[0-9A-Fa-f]{2}/.exec(cursor.text.slice(cursor.at, cursor.at + 3));
    if (octetText === null) throw cursor.fault('did not find URI escaped octet');
    const octet = Number.parseInt(octetText[0].slice(1), 16);
    if (octets.length === 0) {
      length = octet < 0x80 ? 1 : octet < 0xc0 ? 0 : octet < 0xe0 ? 2 : octet < 0xf0 ? 3 : octet < 0xf8 ? 4 : 0;
      if (length === 0) throw cursor.fault('found an incorrect leading UTF-8 octet');
    } else if ((octet & 0xc0) !== 0x80) throw cursor.fault('found an incorrect trailing UTF-8 octet');
    octets.push(octet);
    for (let i = 0; i < 3; i++) cursor.skip();
  }
  return new TextDecoder().decode(new Uint8Array(octets));
}

function scanWord(cursor: YamlCursor): string {
  const from = cursor.at;
  while (isWord(cursor.peek())) cursor.skip();
  return cursor.text.slice(from, cursor.at);
}

/** Reads a line that begins with a percent sign. */
export function scanDirective(cursor: YamlCursor): YamlDirective {
  cursor.skip();
  const name = scanWord(cursor);
  if (name === '') throw cursor.fault('could not find expected directive name');
  if (!isBlankOrEnd(cursor.peek())) throw cursor.fault('found unexpected non-alphabetical character');
  if (name !== 'YAML' && name !== 'TAG') throw cursor.fault('found unknown directive name');
  cursor.skipBlanks();
  const directive = name === 'YAML' ? { version: scanVersion(cursor) } : scanTagDirective(cursor);
  if (!cursor.skipRestOfLine()) throw cursor.fault('did not find expected comment or line break');
  return directive;
}

function scanVersion(cursor: YamlCursor): string {
  const major = scanVersionNumber(cursor);
  if (!cursor.is('.')) throw cursor.fault("did not find expected digit or '.' character");
  cursor.skip();
  return `${Number(major)}.${Number(scanVersionNumber(cursor))}`;
}

function scanVersionNumber(cursor: YamlCursor): string {
  let digits = '';
  while (isDigit(cursor.peek())) {
    if (digits.length === 2) throw cursor.fault('found extremely long version number');
    digits += cursor.read();
  }
  if (digits === '') throw cursor.fault('did not find expected version number');
  return digits;
}

function scanTagDirective(cursor: YamlCursor): { handle: string; prefix: string } {
  const handle = scanHandle(cursor, true);
  if (!isBlank(cursor.peek())) throw cursor.fault('did not find expected whitespace');
  cursor.skipBlanks();
  const prefix = scanUri(cursor);
  if (!isBlankOrEnd(cursor.peek())) throw cursor.fault('did not find expected whitespace or line break');
  return { handle, prefix };
}
