import type { IncomingMessage } from 'node:http';
import { newBadRequest, newInternalError, StatusError } from '#machinery/errors/status-error.ts';

/** So much of what a node says of its refusal is read. */
const MAX_BYTES = 50_000;

/**
 * What a node refused to tell of a log, in this server's words: a node may not have its own page shown in this server's
 * name.
 */
export async function nodeRefusal(answer: IncomingMessage, pod: string): Promise<StatusError> {
  const code = answer.statusCode ?? 502;
  const text = await readText(answer);
  const known = readStatus(text, code);
  if (known) return known;
  if (code === 400) return newBadRequest(text);
  if (code === 500) return newInternalError(text);
  const [reason, message] = generic(code, text);
  const details = { kind: 'pods/log', name: pod };
  // Upstream names no verb here, and leaves its place.
  return new StatusError({ code, reason, message: `${message} ( pods/log ${pod})`, details });
}

function generic(code: number, text: string): [reason: string, message: string] {
  switch (code) {
    case 401:
      return ['Unauthorized', 'the server has asked for the client to provide credentials'];
    case 403:
      return ['Forbidden', text];
    case 404:
      return ['NotFound', 'the server could not find the requested resource'];
    default:
      return ['', `the server responded with the status code ${code} but did not return more information`];
  }
}

async function readText(answer: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of answer) {
    chunks.push(chunk as Buffer);
    length += (chunk as Buffer).length;
    if (length >= MAX_BYTES) break;
  }
  return Buffer.concat(chunks).subarray(0, MAX_BYTES).toString();
}

/** Node agents say in a Status why they refuse. */
function readStatus(text: string, code: number): StatusError | undefined {
  try {
    const { kind, message, reason, ...status } = JSON.parse(text);
    if (kind !== 'Status' || status.code !== code || typeof message !== 'string') return undefined;
    return new StatusError({ code, message, ...(typeof reason === 'string' ? { reason } : {}) });
  } catch {
    return undefined; // Plain text.
  }
}
