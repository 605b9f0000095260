import type { ResourceRequest } from '../request.ts';

const MAX_BYTES = 128;
const utf8 = new TextEncoder();

/** Who a write is ascribed to: the `fieldManager` it names, or else the program by its user agent. */
export const managerOf = ({ query, userAgent }: ResourceRequest): string =>
  query.get('fieldManager') || programOf(userAgent) || 'unknown';

const MAX_REMEMBERED = 1000;
const LONGEST_REMEMBERED = 256;
const programs = new Map<string, string>();

function programOf(userAgent: string): string {
  let program = programs.get(userAgent);
  if (program !== undefined) return program;
  program = readProgram(userAgent);
  if (userAgent.length > LONGEST_REMEMBERED) return program;
  if (programs.size >= MAX_REMEMBERED) programs.clear();
  programs.set(userAgent, program);
  return program;
}

/** `kubectl` of `kubectl/v1.36.0 (linux/amd64)`, without what cannot be printed and no longer than a manager may be. */
function readProgram(userAgent: string): string {
  let name = '';
  let bytes = 0;
  for (const character of userAgent.split('/', 1)[0] as string) {
    if (!isPrintable(character)) continue;
    bytes += utf8.encode(character).length;
    if (bytes > MAX_BYTES) break;
    name += character;
  }
  return name;
}

/** Go's idea: letters, marks, numbers, punctuation, symbols and the ASCII space. */
export const isPrintable = (character: string): boolean =>
  character === ' ' || /[\p{L}\p{M}\p{N}\p{P}\p{S}]/u.test(character);
