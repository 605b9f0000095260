import type { AnyResourceDefinition } from '#api/resource-definition.ts';
import type { Status } from '#machinery/errors/status-error.ts';
import type { RequestContext } from '../filters/request-context.ts';
import type { UserInfo } from '../user.ts';
import type { AuditDecision } from './evaluate-policy.ts';
import { requestObject, responseObject } from './logged-objects.ts';
import type { AuditLevel, AuditStage } from './policy.ts';
import { sentMetadata } from './sent-metadata.ts';

const MAX_USER_AGENT = 1024;

/** One line of the audit log (`audit.k8s.io/v1` Event). */
export interface AuditEvent {
  readonly kind: 'Event';
  readonly apiVersion: 'audit.k8s.io/v1';
  readonly level: AuditLevel;
  readonly auditID: string;
  readonly stage: AuditStage;
  readonly requestURI: string;
  readonly verb: string;
  readonly user: ReturnType<typeof userOf>;
  readonly impersonatedUser?: ReturnType<typeof userOf>;
  readonly authenticationMetadata?: { readonly impersonationConstraint: string };
  readonly sourceIPs?: readonly string[];
  readonly userAgent?: string;
  readonly objectRef?: Readonly<Record<string, string>>;
  readonly responseStatus?: object;
  readonly requestObject?: unknown;
  readonly responseObject?: unknown;
  readonly requestReceivedTimestamp: string;
  readonly stageTimestamp: string;
  readonly annotations?: Readonly<Record<string, string>>;
}

export interface AuditMoment {
  readonly stage: AuditStage;
  /** Milliseconds since the epoch. */
  readonly now: number;
  readonly decision: AuditDecision;
  /** Of what is created or replaced; undefined where that cannot be told. */
  readonly definition: AnyResourceDefinition | undefined;
}

/** What is written down about a request at one stage. */
export function auditEvent(context: RequestContext, { stage, now, decision, definition }: AuditMoment): AuditEvent {
  const { user, annotations } = context;
  const userAgent = context.header('user-agent');
  const isOver = stage !== 'RequestReceived';
  const withRequest = isOver && (decision.level === 'Request' || decision.level === 'RequestResponse');
  const withResponse = stage === 'ResponseComplete' && decision.level === 'RequestResponse';
  return withoutUndefined({
    kind: 'Event',
    apiVersion: 'audit.k8s.io/v1',
    level: decision.level,
    auditID: context.auditId,
    stage,
    requestURI: context.uri,
    verb: context.verb,
    user: userOf(user.impersonator ?? user),
    impersonatedUser: user.impersonator ? userOf(user) : undefined,
    authenticationMetadata: user.impersonationConstraint
      ? { impersonationConstraint: user.impersonationConstraint }
      : undefined,
    sourceIPs: sourceAddresses(context),
    userAgent: userAgent === '' ? undefined : shortened(userAgent),
    objectRef: objectReference(context),
    responseStatus: isOver && context.code > 0 ? responseStatus(context) : undefined,
    requestObject: withRequest ? requestObject(context, { ...decision, definition }) : undefined,
    responseObject: withResponse ? responseObject(context, decision.omitManagedFields) : undefined,
    requestReceivedTimestamp: microTime(context.receivedAt),
    stageTimestamp: microTime(now),
    annotations: isOver ? annotations && { ...annotations } : undefined,
  }) as unknown as AuditEvent;
}

const shortened = (userAgent: string): string =>
  userAgent.length > MAX_USER_AGENT ? `${userAgent.slice(0, MAX_USER_AGENT)}...TRUNCATED` : userAgent;

const userOf = ({ name, uid, groups, extra }: UserInfo) =>
  withoutUndefined({
    username: name || undefined,
    uid: uid || undefined,
    groups: groups.length > 0 ? groups : undefined,
    extra,
  });

/** Whom proxies on the way name, then the peer; an address once. */
function sourceAddresses(context: RequestContext): string[] | undefined {
  const forwarded = context.header('x-forwarded-for').split(',');
  const named = [...forwarded, context.header('x-real-ip')].map((each) => each.trim()).filter((each) => each !== '');
  const all = [...new Set([...named, context.remoteAddress].filter((each) => each !== ''))];
  return all.length === 0 ? undefined : all;
}

function objectReference(context: RequestContext) {
  const { target } = context;
  if (target === undefined) return undefined;
  const metadata = sentMetadata(context);
  const text = (value: string | undefined) => (value ? value : undefined);
  return withoutUndefined({
    resource: target.resource,
    namespace: text(target.namespace),
    name: text(target.name) ?? text(metadata?.name),
    uid: text(metadata?.uid),
    apiGroup: text(target.group),
    apiVersion: target.version,
    resourceVersion: text(metadata?.resourceVersion),
    subresource: text(target.subresource),
  }) as Readonly<Record<string, string>>;
}

function responseStatus({ code, result }: RequestContext): object {
  const object = result?.type === 'object' && result.object.kind === 'Status' ? result.object : undefined;
  if (object === undefined) return { metadata: {}, code };
  const { status, message, reason, details } = object as unknown as Status;
  return withoutUndefined({ metadata: {}, status, message, reason, details, code });
}

/** As Go writes times with microseconds. */
const microTime = (milliseconds: number): string => `${new Date(milliseconds).toISOString().slice(0, -1)}000Z`;

function withoutUndefined<T extends object>(object: T): T {
  for (const [key, value] of Object.entries(object)) {
    if (value === undefined) delete (object as Record<string, unknown>)[key];
  }
  return object;
}
