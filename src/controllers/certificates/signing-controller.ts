import {
  type CertificateSigningRequest,
  CertificateSigningRequests,
} from '#api/certificates/v1/certificate-signing-request.ts';
import { Controller } from '#controller/controller.ts';
import type { ControllerContext, Runnable } from '#controller/manager.ts';
import type { ControllersOptions } from '../controller-entry.ts';
import { hasCondition, withCondition } from './conditions.ts';
import { parseRequest } from './parsed-request.ts';
import { signCertificate } from './sign-certificate.ts';
import { signers } from './signers.ts';

/** Signs approved requests of the cluster's own signers; does nothing where there is no authority to sign with. */
export function createCertificateSigningController(
  context: ControllerContext,
  { signingCa }: ControllersOptions,
): Runnable {
  const requests = context.informers.of(CertificateSigningRequests);
  return new Controller('certificatesigningrequest-signing', context)
    .for(CertificateSigningRequests)
    .reconciles(async (name) => {
      const request = requests.store.get(name);
      if (request === undefined || !wantsCertificate(request)) return;
      const ca = await signingCa?.();
      if (ca === undefined) return;
      const { spec } = request;
      const refused = signers[spec.signerName]?.(await parseRequest(spec.request), spec.usages ?? []);
      const status = context.client.of(CertificateSigningRequests);
      if (refused !== undefined) {
        await status.updateStatus(
          withCondition(request, { type: 'Failed', reason: 'SignerValidationFailure', message: refused }),
        );
        return;
      }
      const { usages = [], expirationSeconds } = spec;
      const certificate = await signCertificate(spec.request, {
        ca,
        usages,
        expirationSeconds,
        now: context.clock.now(),
      });
      await status.updateStatus({ ...request, status: { ...request.status, certificate } });
    });
}

function wantsCertificate(request: CertificateSigningRequest): boolean {
  const { spec, status } = request;
  return (
    spec.signerName in signers &&
    !status?.certificate &&
    hasCondition(request, 'Approved') &&
    !hasCondition(request, 'Denied') &&
    !hasCondition(request, 'Failed')
  );
}
