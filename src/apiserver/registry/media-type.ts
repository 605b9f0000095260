import { table } from '#base/table.ts';
import { newUnsupportedMediaType } from '#machinery/errors/status-error.ts';

/** Encodings of bodies. */
export type Encoding = 'json' | 'yaml' | 'protobuf';

const ENCODINGS = table<Encoding>({
  'application/json': 'json',
  'application/yaml': 'yaml',
  'application/vnd.kubernetes.protobuf': 'protobuf',
});

/** The encoding a Content-Type names; no type at all means JSON. Throws a 415 for others. */
export function encodingOf(contentType: string): Encoding {
  const known = ENCODINGS[contentType];
  if (known !== undefined) return known;
  const type = bareType(contentType);
  if (type === '') return 'json';
  const encoding = ENCODINGS[type];
  if (encoding === undefined) throw unsupported(Object.keys(ENCODINGS));
  return encoding;
}

/** `application/json; charset=utf-8` without its parameters. */
export const bareType = (contentType: string): string => (contentType.split(';', 1)[0] as string).trim().toLowerCase();

export const unsupported = (accepted: readonly string[]) =>
  newUnsupportedMediaType(
    `the body of the request was in an unknown format - accepted media types include: ${accepted.join(', ')}`,
  );
