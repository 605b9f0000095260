import { request as httpsRequest } from 'node:https';
import type { HttpsAccess } from '../authentication/json-request.ts';

const TIMEOUT_MS = 30_000;

/** Delivers bodies to a webhook with POST. Rejects unless it answers that it took them. */
export const createEventPost =
  (url: string, { ca, cert, key, token }: HttpsAccess) =>
  (body: string): Promise<void> =>
    new Promise((resolve, reject) => {
      const headers = {
        'content-type': 'application/json',
        'content-length': Buffer.byteLength(body),
        ...(token ? { authorization: `Bearer ${token}` } : {}),
      };
      const options = { method: 'POST', headers, agent: false, timeout: TIMEOUT_MS, ca, cert, key };
      const request = httpsRequest(url, options, (answer) => {
        const { statusCode = 0 } = answer;
        answer.resume();
        answer.once('error', reject);
        answer.once('end', () => {
          if (statusCode >= 200 && statusCode < 300) resolve();
          else reject(new Error(`send audit events to ${url}: answered ${statusCode}`));
        });
      });
      request.once('timeout', () => request.destroy(new Error(`send audit events to ${url}: no answer in time`)));
      request.once('error', reject);
      request.end(body);
    });
