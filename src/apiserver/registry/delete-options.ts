import { FieldPath, invalid, notSupported } from '#machinery/errors/field-error.ts';
import { newInvalid } from '#machinery/errors/status-error.ts';
import type { ResourceRequest } from '../request.ts';
import { decodeDeleteOptionsBody } from './decode-body.ts';
import type { RegistryParts } from './registry-parts.ts';
import { parseNumber } from './write-options.ts';

/** How a delete is to be done; from the body, or from the query when there is no body. */
export interface DeleteOptions {
  readonly gracePeriodSeconds?: number | undefined;
  readonly propagationPolicy?: string | undefined;
  readonly orphanDependents?: boolean | undefined;
  readonly preconditions?:
    | { readonly uid?: string | undefined; readonly resourceVersion?: string | undefined }
    | undefined;
  readonly dryRun: readonly string[];
}

const POLICIES = ['Foreground', 'Background', 'Orphan'];

export function decodeDeleteOptions(request: ResourceRequest): DeleteOptions {
  const body = decodeDeleteOptionsBody(request);
  const options: DeleteOptions = body ? { ...body, dryRun: body.dryRun ?? [] } : fromQuery(request);
  const errors = [];
  const { propagationPolicy, orphanDependents, dryRun } = options;
  const policy = new FieldPath('propagationPolicy');
  if (propagationPolicy !== undefined && orphanDependents !== undefined) {
    errors.push(invalid(policy, propagationPolicy, 'orphanDependents and deletionPropagation cannot be both set'));
  }
  if (propagationPolicy !== undefined && !POLICIES.includes(propagationPolicy)) {
    errors.push(notSupported(policy, propagationPolicy, [...POLICIES, 'nil']));
  }
  if (dryRun.some((value) => value !== 'All')) errors.push(notSupported(new FieldPath('dryRun'), dryRun, ['All']));
  if (errors.length > 0) throw newInvalid({ group: 'meta.k8s.io', kind: 'DeleteOptions' }, '', errors);
  return options;
}

/** Says what becomes of dependents where nobody asked. */
export function warnOfOrphans(
  { definition }: RegistryParts,
  { warnings }: ResourceRequest,
  options: DeleteOptions,
): void {
  const { deletionWarning } = definition.strategy;
  if (deletionWarning === undefined) return;
  if (options.propagationPolicy === undefined && options.orphanDependents === undefined) warnings.push(deletionWarning);
}

function fromQuery({ query }: ResourceRequest): DeleteOptions {
  return {
    gracePeriodSeconds: parseNumber(query, 'gracePeriodSeconds'),
    propagationPolicy: query.get('propagationPolicy') || undefined,
    orphanDependents: query.has('orphanDependents') ? query.flag('orphanDependents') : undefined,
    dryRun: query.all('dryRun').filter((value) => value !== ''),
  };
}
