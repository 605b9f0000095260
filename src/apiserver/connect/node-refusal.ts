import type { IncomingMessage } from 'node:http';
import { newBadRequest, newInternalError, StatusError } from '#machinery/errors/status-error.ts';

/** So much of what a node says of its refusal is read. */
const MAX_BYTES = 50_000;

/** What a node refused a request with, in this server's words: a node may not have its own page shown in this server's name. */
export async function nodeRefusal(answer: IncomingMessage): Promise<StatusError> {
  const code = answer.statusCode ?? 502;
  const text = await readText(answer);
  const known = readStatus(text, code);
  if (known) return known;
  if (code === 400) return newBadRequest(text);
  if (code === 500) return newInternalError(text);
  const message = `the server responded with the status code ${code} but did not return more information`;
  const causes = [{ reason: 'UnexpectedServerResponse', message: text }];
  return new StatusError({ code, message, details: { causes } });
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
