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

/** What is pulled when: a moving tag always, anything else only when it is not there. */
export const defaultPullPolicy = (reference: string): 'Always' | 'IfNotPresent' =>
  imageTag(reference) === 'latest' ? 'Always' : 'IfNotPresent';
