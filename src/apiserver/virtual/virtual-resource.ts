import { type AnyResourceDefinition, apiVersionOf, type KubernetesObject } from '#api/resource-definition.ts';
import { newMethodNotAllowed } from '#machinery/errors/status-error.ts';
import { decodeObject } from '../registry/decode-body.ts';
import { parseWriteOptions } from '../registry/write-options.ts';
import type { ResourceRequest } from '../request.ts';
import type { RequestHandler } from '../resource-table.ts';
import { objectResult } from '../result.ts';

/** A resource that can only be created and is never stored: the answer is computed from what was sent. */
export function createAnswerHandler<T extends KubernetesObject>(
  definition: AnyResourceDefinition,
  answer: (sent: T, request: ResourceRequest) => T | Promise<T>,
): RequestHandler {
  return {
    async handle(request) {
      if (request.target.verb !== 'create' || request.target.subresource !== '') {
        throw newMethodNotAllowed();
      }
      const { fieldValidation } = parseWriteOptions(request.query, 'CreateOptions');
      const sent = decodeObject(definition, request, fieldValidation) as T;
      const { kind } = definition;
      return objectResult({ ...(await answer(sent, request)), kind, apiVersion: apiVersionOf(definition) }, 201);
    },
  };
}
