import { RE2JS, RE2JSException } from 're2js';
import { type Functions, member, plain } from '../environment.ts';
import { BOOL, INT, listOf, STRING } from '../types.ts';
import { CelError } from '../values.ts';

const LARGEST_CACHE = 200;
const compiled = new Map<string, RE2JS>();

/** A pattern of RE2's language, which is matched in linear time; throws `CelError`. */
export function regex(pattern: string): RE2JS {
  let program = compiled.get(pattern);
  if (program !== undefined) return program;
  program = compileRegex(pattern);
  if (compiled.size >= LARGEST_CACHE) compiled.clear();
  compiled.set(pattern, program);
  return program;
}

function compileRegex(pattern: string): RE2JS {
  try {
    return RE2JS.compile(pattern);
  } catch (error) {
    if (error instanceof RE2JSException) throw new CelError(error.message);
    throw error;
  }
}

const matches = (text: string, pattern: string): boolean => regex(pattern).matcher(text).find();

function find(text: string, pattern: string): string {
  const matcher = regex(pattern).matcher(text);
  return matcher.find() ? (matcher.group() ?? '') : '';
}

function findAll(text: string, pattern: string, most = -1n): string[] {
  const matcher = regex(pattern).matcher(text);
  const found: string[] = [];
  while ((most < 0n || found.length < Number(most)) && matcher.find()) found.push(matcher.group() ?? '');
  return found;
}

/** Regular expressions. */
export const REGEX: Functions = {
  matches: [plain([STRING, STRING], BOOL, matches), member([STRING, STRING], BOOL, matches)],
  find: [member([STRING, STRING], STRING, find)],
  findAll: [
    member([STRING, STRING], listOf(STRING), (text: string, pattern: string) => findAll(text, pattern)),
    member([STRING, STRING, INT], listOf(STRING), findAll),
  ],
};
