import { TokenRequest } from '#api/authentication/v1/token-request.ts';
import type { KubernetesObject } from '#api/resource-definition.ts';
import { FieldPath, invalid } from '#machinery/errors/field-error.ts';
import {
  newBadRequest,
  newConflict,
  newInvalid,
  newMethodNotAllowed,
  newNotFound,
} from '#machinery/errors/status-error.ts';
import { deepEqual } from '#machinery/objects/deep-equal.ts';
import type { Mutable } from '#machinery/schema/schema.ts';
import type { BoundObject, ServiceAccountIssuer } from '../authentication/service-account-issuer.ts';
import { decodeAs } from '../registry/decode-body.ts';
import { timestamp } from '../registry/object-meta.ts';
import { groupResourceOf } from '../registry/registry-parts.ts';
import type { SubresourceHandler } from '../registry/resource-handler.ts';
import { parseWriteOptions } from '../registry/write-options.ts';
import { objectResult } from '../result.ts';
import { admitAction } from './admit-action.ts';

export interface TokenActionOptions {
  readonly issuer: ServiceAccountIssuer;
  /** Used when a request names none. */
  readonly audiences: readonly string[];
  /** A live object a token may be bound to. */
  readonly lookup: (kind: BoundObject['kind'], namespace: string, name: string) => KubernetesObject | undefined;
}

const DEFAULT_SECONDS = 3600;
const MIN_SECONDS = 600;
const MAX_SECONDS = 2 ** 32;
/** What pods' volumes ask for, as a sign that they may get more. */
const PROJECTED_SECONDS = 3607;
const EXTENDED_SECONDS = 365 * 24 * 3600;
const TOKEN_REQUEST = { group: 'authentication.k8s.io', kind: 'TokenRequest' };
const RESOURCES = { Pod: 'pods', Secret: 'secrets', Node: 'nodes' } as const;

/** `serviceaccounts/token`: a signed token, possibly bound to a pod, secret or node. */
export function createTokenAction(options: TokenActionOptions): SubresourceHandler {
  return async (parts, request) => {
    const { namespace, name, verb } = request.target;
    if (verb !== 'create') throw newMethodNotAllowed();
    const sent = decodeAs(TokenRequest, request) as Mutable<TokenRequest>;
    matchPlace(sent as TokenRequest, { namespace, name });
    const account = parts.storage.get(namespace, name)?.object;
    if (account === undefined) throw newNotFound(groupResourceOf(parts.definition), name);
    const accountUid = account.metadata?.uid ?? '';
    matchUid(sent as TokenRequest, name, accountUid);
    const { dryRun } = parseWriteOptions(request.query, 'CreateOptions');
    await admitAction(parts, request, { object: sent, dryRun });
    const expirationSeconds = sent.spec?.expirationSeconds ?? DEFAULT_SECONDS;
    validateExpiration(expirationSeconds);
    const { bound, pod } = bind(options, namespace, name, sent);
    const audiences = sent.spec?.audiences?.length ? sent.spec.audiences : options.audiences;
    // Old clients read a pod's token once: theirs lives on, and its late use is told of.
    const isExtended =
      pod !== undefined && expirationSeconds === PROJECTED_SECONDS && deepEqual(audiences, options.audiences);
    const { token, id } = await options.issuer.sign({
      namespace,
      serviceAccount: { name, uid: accountUid },
      audiences,
      expirationSeconds: isExtended ? EXTENDED_SECONDS : expirationSeconds,
      ...(isExtended ? { warnAfterSeconds: expirationSeconds } : {}),
      bound,
      node: pod && nodeOf(options, pod),
    });
    request.annotate?.('authentication.kubernetes.io/issued-credential-id', `JTI=${id}`);
    const now = parts.clock.now();
    const answer: TokenRequest = {
      kind: 'TokenRequest',
      apiVersion: 'authentication.k8s.io/v1',
      metadata: { name, namespace, uid: accountUid, creationTimestamp: timestamp(now) },
      spec: { ...sent.spec, audiences: [...audiences], expirationSeconds },
      status: { token, expirationTimestamp: timestamp(now + expirationSeconds * 1000) },
    };
    return objectResult(answer as KubernetesObject, 201);
  };
}

/** A request that says where its account is must mean the one in the path. */
function matchPlace({ metadata }: TokenRequest, { namespace, name }: { namespace: string; name: string }): void {
  if (metadata?.namespace && metadata.namespace !== namespace) {
    throw newBadRequest('the namespace of the provided object does not match the namespace sent on the request');
  }
  if (metadata?.name && metadata.name !== name) {
    const field = new FieldPath('metadata').child('name');
    const wrong = invalid(field, metadata.name, 'must match the service account name if specified');
    throw newInvalid(TOKEN_REQUEST, name, [wrong]);
  }
}

/** Who means an account that has been deleted is not given a token of its successor. */
function matchUid({ metadata }: TokenRequest, name: string, uid: string): void {
  if (!metadata?.uid || metadata.uid === uid) return;
  throw newConflict(
    { group: TOKEN_REQUEST.group, resource: TOKEN_REQUEST.kind },
    name,
    `the UID in the token request (${metadata.uid}) does not match the UID of the service account (${uid})`,
  );
}

function validateExpiration(seconds: number): void {
  const field = new FieldPath('spec').child('expirationSeconds');
  const errors = [];
  if (seconds < MIN_SECONDS) errors.push(invalid(field, seconds, 'may not specify a duration less than 10 minutes'));
  if (seconds > MAX_SECONDS)
    errors.push(invalid(field, seconds, 'may not specify a duration larger than 2^32 seconds'));
  if (errors.length > 0) throw newInvalid(TOKEN_REQUEST, '', errors);
}

function bind(options: TokenActionOptions, namespace: string, account: string, request: TokenRequest) {
  const reference = request.spec?.boundObjectRef;
  if (!reference) return { bound: undefined, pod: undefined };
  const { kind = '', name = '', uid, apiVersion = '' } = reference;
  const isCore = !apiVersion.includes('/');
  if (!isCore || (kind !== 'Pod' && kind !== 'Secret' && kind !== 'Node')) {
    const group = isCore ? `/${apiVersion}` : apiVersion;
    throw newBadRequest(`cannot bind token to object of type ${group}, Kind=${kind}`);
  }
  const object = options.lookup(kind, kind === 'Node' ? '' : namespace, name);
  const resource = { group: '', resource: RESOURCES[kind] };
  if (object === undefined) throw newNotFound(resource, name);
  const live = object.metadata?.uid ?? '';
  if (uid && uid !== live) {
    throw newConflict(
      { group: '', resource: kind },
      name,
      `the UID in the bound object reference (${uid}) does not match the UID in record. The object might have been deleted and then recreated`,
    );
  }
  const pod = kind === 'Pod' ? (object as PodObject) : undefined;
  if (pod && (pod.spec?.serviceAccountName || 'default') !== account) {
    throw newBadRequest(
      `cannot bind token for serviceaccount ${JSON.stringify(account)} to pod running with different serviceaccount name.`,
    );
  }
  return { bound: { kind, name, uid: live } as BoundObject, pod };
}

type PodObject = KubernetesObject & {
  readonly spec?: { readonly serviceAccountName?: string; readonly nodeName?: string };
};

function nodeOf(options: TokenActionOptions, pod: PodObject) {
  const name = pod.spec?.nodeName;
  if (!name) return undefined;
  const uid = options.lookup('Node', '', name)?.metadata?.uid;
  return { name, ...(uid ? { uid } : {}) };
}
