import { SubjectAccessReviews } from '#api/authorization/v1/subject-access-review.ts';
import {
  type CertificateSigningRequest,
  CertificateSigningRequests,
} from '#api/certificates/v1/certificate-signing-request.ts';
import { Controller } from '#controller/controller.ts';
import type { ControllerContext, Runnable } from '#controller/manager.ts';
import { hasCondition, withCondition } from './conditions.ts';
import { type ParsedRequest, parseRequest } from './parsed-request.ts';
import { checkKubeletClient, KUBELET_CLIENT } from './signers.ts';

/** Under which right a request is approved, and what is said of it. */
interface Recognition {
  readonly subresource: 'nodeclient' | 'selfnodeclient';
  readonly message: string;
}

/**
 * Approves requests for client certificates of node agents whose requesters may have them. One who may not have one yet
 * may later: nothing tells of it, so the question is asked again ever more seldom.
 */
export function createCertificateApprovingController(context: ControllerContext): Runnable {
  const requests = context.informers.of(CertificateSigningRequests);
  const client = context.client.of(CertificateSigningRequests);
  return new Controller('certificatesigningrequest-approving', context)
    .for(CertificateSigningRequests)
    .reconciles(async (name) => {
      const request = requests.store.get(name);
      if (request === undefined || request.spec.signerName !== KUBELET_CLIENT || isDecided(request)) return undefined;
      const recognized = recognize(request, await parseRequest(request.spec.request));
      for (const { subresource, message } of recognized) {
        if (!(await mayHave(context, request, subresource))) continue;
        const approved = withCondition(request, { type: 'Approved', reason: 'AutoApproved', message });
        await client.update(approved, { subresource: 'approval' });
        return undefined;
      }
      return recognized.length > 0 ? { retry: true } : undefined;
    });
}

const isDecided = (request: CertificateSigningRequest): boolean =>
  Boolean(request.status?.certificate) || hasCondition(request, 'Approved') || hasCondition(request, 'Denied');

function recognize({ spec }: CertificateSigningRequest, parsed: ParsedRequest): Recognition[] {
  if (checkKubeletClient(parsed, spec.usages ?? []) !== undefined) return [];
  const own: Recognition = {
    subresource: 'selfnodeclient',
    message: 'Auto approving self kubelet client certificate after SubjectAccessReview.',
  };
  const any: Recognition = {
    subresource: 'nodeclient',
    message: 'Auto approving kubelet client certificate after SubjectAccessReview.',
  };
  return spec.username === parsed.commonName ? [own, any] : [any];
}

async function mayHave(
  { client }: ControllerContext,
  { spec }: CertificateSigningRequest,
  subresource: Recognition['subresource'],
): Promise<boolean> {
  const { username, uid, groups, extra } = spec;
  const review = await client.of(SubjectAccessReviews).create({
    spec: {
      ...(username ? { user: username } : {}),
      ...(uid ? { uid } : {}),
      ...(groups ? { groups } : {}),
      ...(extra ? { extra } : {}),
      resourceAttributes: {
        group: 'certificates.k8s.io',
        resource: 'certificatesigningrequests',
        verb: 'create',
        subresource,
      },
    },
  });
  return review.status?.allowed ?? false;
}
