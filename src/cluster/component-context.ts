import type { ApiServer } from '#apiserver/api-server.ts';
import type { UserInfo } from '#apiserver/user.ts';
import type { Clock } from '#base/clock.ts';
import type { Logger } from '#base/logger.ts';
import type { MetricRegistry } from '#base/metrics/metric-registry.ts';
import type { Random } from '#base/random.ts';
import { Client } from '#client/client.ts';
import { createEventRecorder, type EventRecorder } from '#client/events/event-recorder.ts';
import { FencedTransport } from '#client/fenced-transport.ts';
import { InformerFactory } from '#client/informer-factory.ts';
import { MeasuredTransport } from '#client/measured-transport.ts';

/** What every component in the process is made with: its own user, and informers of its own or shared ones. */
export interface ComponentContext {
  readonly client: Client;
  readonly informers: InformerFactory;
  readonly events: EventRecorder;
  readonly clock: Clock;
  readonly random: Random;
  readonly logger: Logger;
  /** The process's metrics. */
  readonly metrics: MetricRegistry;
}

export interface ComponentEnvironment {
  readonly apiServer: ApiServer;
  readonly clock: Clock;
  readonly random: Random;
  readonly logger: Logger;
  /** Asked before each write, where only one of several instances may act. */
  readonly mayAct?: () => boolean;
}

/** Components in the API server's process call it without a socket. */
const HOST = 'in-process';

/** A context for a component that acts as `user` and reports events as `component`. */
export function createComponentContext(
  { apiServer, clock, random, logger, mayAct }: ComponentEnvironment,
  { user, component, host }: { readonly user: UserInfo; readonly component: string; readonly host?: string },
): ComponentContext {
  const transport = new MeasuredTransport(apiServer.transport(user), { metrics: apiServer.metrics, host: HOST });
  const client = new Client(mayAct ? new FencedTransport(transport, mayAct) : transport);
  const own = logger.with({ component });
  return {
    client,
    informers: new InformerFactory(client, { clock, logger: own }),
    events: createEventRecorder(client, { component, clock, logger: own, ...(host ? { host } : {}) }),
    clock,
    random,
    logger: own,
    metrics: apiServer.metrics,
  };
}
