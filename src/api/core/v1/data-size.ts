/** What the data of a ConfigMap or a Secret may hold: 1 MiB. */
export const MAX_DATA_BYTES = 1024 * 1024;

/** The number of bytes that base64 text stands for. */
export function base64Size(text: string): number {
  const padding = text.endsWith('==') ? 2 : text.endsWith('=') ? 1 : 0;
  return (text.length / 4) * 3 - padding;
}
