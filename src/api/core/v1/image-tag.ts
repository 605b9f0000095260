/**
 * The tag an image is pulled by: `latest` where a reference names neither tag nor digest; empty where only a digest is
 * named.
 */
export function imageTag(reference: string): string {
  const [name = '', digest] = reference.split('@', 2);
  const colon = name.lastIndexOf(':');
  // A colon before a slash belongs to the port of a registry.
  if (colon > name.lastIndexOf('/')) return name.slice(colon + 1);
  return digest === undefined && name !== '' ? 'latest' : '';
}

const DOMAIN = '[a-zA-Z0-9]+(?:[.-]+[a-zA-Z0-9]+)*(?::[0-9]+)?';
const COMPONENT = '[a-z0-9]+(?:(?:\\.|_|__|-+)[a-z0-9]+)*';
const REFERENCE = new RegExp(
  `^((?:${DOMAIN}/)?${COMPONENT}(?:/${COMPONENT})*)(?::[\\w][\\w.-]{0,127})?(?:@[A-Za-z][\\w.+-]*:[0-9a-fA-F]{32,})?$`,
);
const MAX_NAME = 255;

/** What is pulled when: a moving tag always; anything else, and what is no reference at all, only when it is not there. */
export function defaultPullPolicy(reference: string): 'Always' | 'IfNotPresent' {
  const name = REFERENCE.exec(reference)?.[1];
  const readable = name !== undefined && name.length <= MAX_NAME;
  return readable && imageTag(reference) === 'latest' ? 'Always' : 'IfNotPresent';
}
