import type { AnyResourceDefinition, KubernetesObject } from '#api/resource-definition.ts';
import type { Clock } from '#base/clock.ts';
import type { Cell, MetricRegistry } from '#base/metrics/metric-registry.ts';
import { StatusError } from '#machinery/errors/status-error.ts';
import type { AuditBackend } from '../audit/audit-backend.ts';
import { auditEvent } from '../audit/audit-event.ts';
import { type AuditDecision, evaluatePolicy } from '../audit/evaluate-policy.ts';
import { latencyAnnotations } from '../audit/latency-annotations.ts';
import type { AuditLevel, AuditPolicy, AuditStage } from '../audit/policy.ts';
import type { ResourceTable } from '../resource-table.ts';
import type { UserInfo } from '../user.ts';
import type { Filter } from './filter.ts';
import { respondInternalError } from './internal-error.ts';
import type { RequestContext } from './request-context.ts';

export interface AuditOptions {
  readonly policy: AuditPolicy;
  readonly backends: readonly AuditBackend[];
}

export interface AuditParts {
  readonly clock: Clock;
  readonly metrics: MetricRegistry;
  readonly table: Pick<ResourceTable, 'get'>;
}

/** Writes down who asked for what and what became of it. */
export class Audit {
  readonly #backends: readonly AuditBackend[];
  readonly #decide: ReturnType<typeof evaluatePolicy>;
  readonly #clock: Clock;
  readonly #table: AuditParts['table'];
  readonly #events: Cell;
  readonly #levels: (level: AuditLevel) => Cell;

  constructor({ policy, backends }: AuditOptions, parts: AuditParts) {
    this.#backends = backends;
    this.#decide = evaluatePolicy(policy);
    this.#clock = parts.clock;
    this.#table = parts.table;
    this.#events = parts.metrics.counter('apiserver_audit_event_total', 'Events written to the audit log').labels();
    const levels = parts.metrics.counter('apiserver_audit_level_total', 'Requests by what is written of them', [
      'level',
    ]);
    this.#levels = (level) => levels.labels(level);
  }

  /** The filter that stands behind authentication. */
  readonly filter: Filter = (next) => async (context) => {
    const decision = this.#decide(context);
    this.#levels(decision.level).inc();
    if (decision.level === 'None') return next(context);
    if (!(await this.#write(context, 'RequestReceived', decision))) {
      // Nothing happens that nobody could write down.
      return respondInternalError(context, 'failed to store audit event');
    }
    if (this.#isDeprecated(context)) context.annotate('k8s.io/deprecated', 'true');
    if (context.isLongRunning) context.onStarted = () => void this.#write(context, 'ResponseStarted', decision);
    await next(context);
    if (context.code === 0 && !context.failed) this.#closeEarly(context);
    if (!context.failed) this.#tellLatencies(context);
    await this.#write(context, context.failed ? 'Panic' : 'ResponseComplete', decision);
  };

  /** Writes down a call made inside the process: `work` answers or throws as it would without this. */
  async call<R>(context: RequestContext, work: () => Promise<R>): Promise<R> {
    let outcome: { readonly answer: R } | { readonly error: unknown } | undefined;
    await this.filter(async () => {
      try {
        outcome = { answer: await work() };
      } catch (error) {
        outcome = { error };
        context.failed = !(error instanceof StatusError) && !context.signal.aborted;
        if (error instanceof StatusError) tell(context, error);
      }
    })(context);
    if (outcome === undefined || 'error' in outcome) throw outcome?.error;
    return outcome.answer;
  }

  /** Tells of a request that was refused before anybody knew whose it is: for its credentials, unless `message` says why. */
  refused(context: RequestContext, error: unknown, message = failedAttempts(context)): void {
    context.user = NOBODY;
    const decision = this.#decide(context);
    if (decision.level === 'None' || !(error instanceof StatusError)) return;
    tell(context, { code: error.code, status: { message } });
    void this.#write(context, 'ResponseStarted', decision);
  }

  #tellLatencies(context: RequestContext): void {
    const took = this.#clock.now() - context.receivedAt;
    for (const [key, value] of latencyAnnotations(context.latencies, took)) context.annotate(key, value);
  }

  /** Somebody went before there was an answer. */
  #closeEarly(context: RequestContext): void {
    tell(context, { code: 200, status: { status: 'Success', message: 'Connection closed early' } });
    context.onStarted?.();
    context.onStarted = undefined;
  }

  async close(): Promise<void> {
    await Promise.all(this.#backends.map((backend) => backend.close()));
  }

  #isDeprecated({ target }: RequestContext): boolean {
    if (target === undefined) return false;
    return this.#table.get(target.group, target.version, target.resource)?.definition.deprecation !== undefined;
  }

  /** Of which kind the object in the body of a create or update is. */
  #definitionOf({ target }: RequestContext): AnyResourceDefinition | undefined {
    if (target === undefined || (target.verb !== 'create' && target.verb !== 'update')) return undefined;
    if (target.subresource !== '' && target.subresource !== 'status') return undefined;
    return this.#table.get(target.group, target.version, target.resource)?.definition;
  }

  /** Whether the request may go on; a promise only where somebody has to be waited for. */
  #write(context: RequestContext, stage: AuditStage, decision: AuditDecision): boolean | Promise<boolean> {
    if (decision.omitStages.has(stage)) return true;
    const definition = this.#definitionOf(context);
    const event = auditEvent(context, { stage, now: this.#clock.now(), decision, definition });
    this.#events.inc();
    const pending = this.#backends.flatMap((backend) => backend.write(event) ?? []);
    return pending.length === 0 || Promise.all(pending).then((all) => all.every(Boolean));
  }
}

const NOBODY: UserInfo = { name: '', groups: [] };

function tell(context: RequestContext, { code, status }: { readonly code: number; readonly status: object }): void {
  context.code = code;
  context.result = { type: 'object', code, object: { kind: 'Status', ...status } as unknown as KubernetesObject };
}

/** With which kinds of credentials somebody tried, in upstream's words. */
function failedAttempts(context: RequestContext): string {
  const [scheme = '', credentials] = context.header('authorization').trim().split(' ');
  const kinds = ['basic', 'bearer'].filter((kind) => credentials && scheme.toLowerCase() === kind);
  if (context.query.get('access_token')?.trim()) kinds.push('access_token');
  if (context.certificate) kinds.push('x509');
  return kinds.length > 0
    ? `Authentication failed, attempted: ${kinds.join(', ')}`
    : 'Authentication failed, no credentials provided';
}
