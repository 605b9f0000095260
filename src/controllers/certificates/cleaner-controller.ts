import { X509Certificate } from 'node:crypto';
import {
  type CertificateSigningRequest,
  CertificateSigningRequests,
} from '#api/certificates/v1/certificate-signing-request.ts';
import { Controller } from '#controller/controller.ts';
import type { ControllerContext, Runnable } from '#controller/manager.ts';
import { ignoring } from '#machinery/errors/ignoring.ts';
import { isNotFound } from '#machinery/errors/status-error.ts';

const HOUR_MS = 3_600_000;
const DECIDED_MS = HOUR_MS;
const PENDING_MS = 24 * HOUR_MS;

/** Removes requests that are done with: an hour after their end, a day when nobody cared, and when their certificate expires. */
export function createCertificateCleaner(context: ControllerContext): Runnable {
  const requests = context.informers.of(CertificateSigningRequests);
  return new Controller('certificatesigningrequest-cleaner', context)
    .for(CertificateSigningRequests)
    .reconciles(async (name) => {
      const request = requests.store.get(name);
      if (request === undefined) return undefined;
      const remaining = cleanAt(request) - context.clock.now();
      // Past the end, not at it: upstream keeps a request for its whole time.
      if (remaining >= 0) return { requeueAfterMs: Math.min(remaining + 1, PENDING_MS) };
      await ignoring(isNotFound, context.client.of(CertificateSigningRequests).delete(name));
      return undefined;
    });
}

/** When a request is no longer of use, in milliseconds since the epoch. */
export function cleanAt({ metadata, status }: CertificateSigningRequest): number {
  const conditions = status?.conditions ?? [];
  const ends = conditions.flatMap(({ type, lastUpdateTime }) => {
    const isOver = type !== 'Approved' || status?.certificate;
    return isOver && lastUpdateTime ? [Date.parse(lastUpdateTime) + DECIDED_MS] : [];
  });
  if (conditions.length === 0) ends.push(Date.parse(metadata?.creationTimestamp ?? '') + PENDING_MS);
  if (status?.certificate) ends.push(expiry(status.certificate));
  const known = ends.filter((end) => !Number.isNaN(end));
  return Math.min(...known, Number.MAX_SAFE_INTEGER);
}

function expiry(certificate: string): number {
  try {
    return Date.parse(new X509Certificate(Buffer.from(certificate, 'base64')).validTo);
  } catch {
    // Other signers may write what they like; nothing is known of its end.
    return Number.NaN;
  }
}
