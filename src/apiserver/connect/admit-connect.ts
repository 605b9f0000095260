import { kindSchema } from '#api/kinds.ts';
import { own } from '#base/table.ts';
import { newBadRequest } from '#machinery/errors/status-error.ts';
import { admissionAttributes } from '../admission/attributes.ts';
import type { RegistryParts } from '../registry/registry-parts.ts';
import type { ResourceRequest } from '../request.ts';
import { readConnectOptions } from './connect-options.ts';

/** Asks admission whether a connection may be made (exec, attach, port-forward and proxies). Rejects with its refusal. */
export async function admitConnect(
  { definition, admission }: Pick<RegistryParts, 'definition' | 'admission'>,
  request: ResourceRequest,
): Promise<void> {
  const { target, query } = request;
  if (query.get('dryRun') !== '') throw newBadRequest('dryRun is not supported');
  const part = own(definition.subresources, target.subresource);
  if (part === undefined) return;
  const apiVersion = part.group === '' ? part.version : `${part.group}/${part.version}`;
  const schema = kindSchema(apiVersion, part.kind);
  if (schema === undefined) return;
  const object = readConnectOptions({ schema, kind: part.kind, apiVersion }, query, target.subpath);
  const attributes = admissionAttributes(definition, request, { operation: 'CONNECT', object });
  await admission.mutate(attributes);
  await admission.validate(attributes);
}
