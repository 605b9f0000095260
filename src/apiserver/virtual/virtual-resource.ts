import { apiVersionOf, type KubernetesObject } from '#api/resource-definition.ts';
import { newMethodNotAllowed } from '#machinery/errors/status-error.ts';
import type { Mutable } from '#machinery/schema/schema.ts';
import { admissionAttributes } from '../admission/attributes.ts';
import { decodeObject } from '../registry/decode-body.ts';
import { ownersOfNew, setOwners } from '../registry/managed-fields.ts';
import { matchNamespace, wipeSystemFields } from '../registry/object-meta.ts';
import type { RegistryParts } from '../registry/registry-parts.ts';
import { parseWriteOptions } from '../registry/write-options.ts';
import type { ResourceRequest } from '../request.ts';
import type { RequestHandler } from '../resource-table.ts';
import { objectResult } from '../result.ts';

type AnswerParts = Pick<RegistryParts, 'definition' | 'clock' | 'admission'>;

/** How one kind of question is answered. */
export interface Answer<T extends KubernetesObject> {
  /** Refuses questions that make no sense with a `StatusError`; absent where all do. */
  readonly check?: (sent: T, request: ResourceRequest) => void;
  readonly answer: (sent: T, request: ResourceRequest) => T | Promise<T>;
}

/** A resource that can only be created and is never stored: the answer is computed from what was sent. */
export function createAnswerHandler<T extends KubernetesObject>(
  parts: AnswerParts,
  { check, answer }: Answer<T>,
): RequestHandler {
  const { definition } = parts;
  return {
    async handle(request) {
      if (request.target.verb !== 'create' || request.target.subresource !== '') {
        throw newMethodNotAllowed();
      }
      const { fieldValidation, dryRun } = parseWriteOptions(request.query, 'CreateOptions');
      const sent = decodeObject(definition, request, fieldValidation);
      prepare(parts, request, sent);
      const attributes = admissionAttributes(definition, request, { operation: 'CREATE', object: sent, dryRun });
      await parts.admission.mutate(attributes);
      check?.(sent as T, request);
      await parts.admission.validate(attributes);
      const { kind } = definition;
      return objectResult({ ...(await answer(sent as T, request)), kind, apiVersion: apiVersionOf(definition) }, 201);
    },
  };
}

/** Treats the metadata as that of any new object. */
function prepare(parts: AnswerParts, request: ResourceRequest, sent: Mutable<KubernetesObject>): void {
  wipeSystemFields(sent);
  delete sent.metadata?.uid;
  delete sent.metadata?.creationTimestamp;
  const owners = ownersOfNew(parts, request, sent);
  matchNamespace(parts, sent, request.target);
  setOwners(sent, owners);
}
