import { newBadRequest } from '#machinery/errors/status-error.ts';
import { extraHeaders, headerValues, type IncomingRequest } from './incoming-request.ts';

/** The user that the Impersonate headers of a request ask to act as, as they name it. */
export interface WantedUser {
  readonly name: string;
  readonly uid: string;
  readonly groups: readonly string[];
  readonly extra: Readonly<Record<string, readonly string[]>>;
}

const PREFIX = 'impersonate-';

/** Reads the headers; undefined when they ask for nobody. Throws a 400 for groups, a uid or extras of nobody. */
export function readWantedUser(request: IncomingRequest): WantedUser | undefined {
  if (!hasImpersonation(request)) return undefined;
  const wanted = {
    name: request.header('impersonate-user'),
    uid: request.header('impersonate-uid'),
    groups: headerValues(request, 'impersonate-group'),
    extra: extraHeaders(request, 'impersonate-extra-'),
  };
  if (wanted.name !== '') return wanted;
  if (isOnlyName(wanted)) return undefined;
  throw newBadRequest(`requested ${asGo(wanted)} without impersonating a user name`);
}

/** Whether nothing but the user's name is asked for. */
export const isOnlyName = ({ uid, groups, extra }: WantedUser): boolean =>
  uid === '' && groups.length === 0 && Object.keys(extra).length === 0;

/** Nearly all requests have none: looking is all they pay. */
function hasImpersonation({ rawHeaders }: IncomingRequest): boolean {
  for (let index = 0; index < rawHeaders.length; index += 2) {
    const name = rawHeaders[index] as string;
    if (name.length > PREFIX.length && name.slice(0, PREFIX.length).toLowerCase() === PREFIX) return true;
  }
  return false;
}

/** As upstream's message has it: a value in the notation of its language. */
function asGo({ name, uid, groups, extra }: WantedUser): string {
  const list = (values: readonly string[]) =>
    values.length === 0 ? '[]string(nil)' : `[]string{${values.map((value) => JSON.stringify(value)).join(', ')}}`;
  const keys = Object.keys(extra).sort();
  const entries = keys.map((key) => `${JSON.stringify(key)}:${list(extra[key] ?? [])}`).join(', ');
  const extras = keys.length === 0 ? 'map[string][]string(nil)' : `map[string][]string{${entries}}`;
  const [quotedName, quotedUid] = [name, uid].map((text) => JSON.stringify(text));
  return `&user.DefaultInfo{Name:${quotedName}, UID:${quotedUid}, Groups:${list(groups)}, Extra:${extras}}`;
}
