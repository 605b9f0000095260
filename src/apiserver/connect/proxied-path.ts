import { posix } from 'node:path';
import { trim } from '#base/trim.ts';
import type { ResourceTarget } from '../request.ts';

/** What a path on `…/proxy/…` is to who is behind the proxy. */
export interface ProxiedPath {
  /** The path to ask there, escaped; '' where nothing follows `proxy`, not even a slash. */
  readonly path: string;
  /** The path under which the client sees what is behind, up to and with `proxy`. */
  readonly prefix: string;
}

/**
 * Takes the path of a proxied request apart. As upstream does, it is read without its escapes, cleaned and escaped anew: a
 * slash that was escaped divides, and no dots lead upwards there.
 */
export function proxiedPath(escaped: string, { subpath }: Pick<ResourceTarget, 'subpath'>): ProxiedPath {
  const path = bytesOf(escaped);
  const segments = trim(path, '/').split('/');
  const length = subpath === '' ? 0 : subpath.split('/').length;
  const own = segments.slice(0, segments.length - length);
  const rest = segments.slice(segments.length - length).join('/');
  const prefix = `/${own.map(escapePath).join('/')}`;
  if (rest === '') return { path: path.endsWith('/') ? '/' : '', prefix };
  return { path: escapePath(posix.normalize(`/${rest}${path.endsWith('/') ? '/' : ''}`)), prefix };
}

/** A path without its escapes, one character for each byte: it need not be text. */
const bytesOf = (path: string): string =>
  path.replace(/%([\dA-Fa-f]{2})/g, (_escape, digits: string) => String.fromCharCode(Number.parseInt(digits, 16)));

/** As Go writes paths. */
const escapePath = (bytes: string): string =>
  bytes.replace(/[^\w\-.~$&+,/:;=@]/g, (byte) => `%${byte.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0')}`);
