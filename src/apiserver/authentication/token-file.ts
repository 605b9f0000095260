import type { UserInfo } from '../user.ts';

/** A token file that cannot be used; the message says where and why. */
export class TokenFileError extends Error {
  override readonly name = 'TokenFileError';
}

/**
 * Reads upstream's token file: lines of `token,user,uid[,"group1,group2"]`, values quoted where they hold commas. The last
 * line for a token counts; lines without a token are passed over.
 */
export function parseTokenFile(csv: string): Map<string, UserInfo> {
  const users = new Map<string, UserInfo>();
  for (const [index, line] of csv.split(/\r?\n/).entries()) {
    if (line.trim() === '') continue;
    const [token = '', name, uid, groups = ''] = splitLine(line);
    if (name === undefined || uid === undefined) {
      throw new TokenFileError(`read token file: line ${index + 1} must hold token, user name and uid`);
    }
    if (token === '') continue;
    users.set(token, { name, ...(uid ? { uid } : {}), groups: groups === '' ? [] : groups.split(',') });
  }
  return users;
}

const VALUE = /\s*(?:"((?:[^"]|"")*)"|([^,]*))(?:,|$)/gy;

function splitLine(line: string): string[] {
  const values: string[] = [];
  VALUE.lastIndex = 0;
  for (let match = VALUE.exec(line); match !== null && match[0] !== ''; match = VALUE.exec(line)) {
    values.push(match[1]?.replaceAll('""', '"') ?? match[2] ?? '');
  }
  return values.map((value) => value.trim());
}
