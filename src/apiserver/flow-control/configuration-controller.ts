import { type FlowSchema, FlowSchemas } from '#api/flowcontrol/v1/flow-schema.ts';
import { AUTO_UPDATE, mandatoryLevels, mandatorySchemas } from '#api/flowcontrol/v1/mandatory-objects.ts';
import {
  type PriorityLevelConfiguration,
  PriorityLevelConfigurations,
} from '#api/flowcontrol/v1/priority-level-configuration.ts';
import type { Clock } from '#base/clock.ts';
import type { Logger } from '#base/logger.ts';
import type { Client } from '#client/client.ts';
import { Informer } from '#client/informer.ts';
import type { ResourceClient } from '#client/resource-client.ts';
import { ignoring } from '#machinery/errors/ignoring.ts';
import { isAlreadyExists, isConflict, isNotFound } from '#machinery/errors/status-error.ts';
import { bootstrapLevels, bootstrapSchemas } from './bootstrap-configuration.ts';
import { danglingCondition, desiredUpdate } from './configuration-plan.ts';
import type { FlowControl } from './flow-control.ts';

export interface ConfigurationControllerOptions {
  readonly client: Client;
  readonly flowControl: FlowControl;
  readonly clock: Clock;
  readonly logger: Logger;
}

type Configuration = FlowSchema | PriorityLevelConfiguration;

/** Waits this long for further changes before it looks at all of them. */
const SETTLE_MS = 10;
const RETRY_MS = 1000;

/** Gives flow control its configuration as objects change, keeps bootstrap objects as they should be, and reports dangling schemas. */
export class ConfigurationController {
  readonly #options: ConfigurationControllerOptions;
  readonly #schemas: Informer<FlowSchema>;
  readonly #levels: Informer<PriorityLevelConfiguration>;
  #pending = false;
  #reconciling: Promise<void> = Promise.resolve();
  #stopped = false;

  constructor(options: ConfigurationControllerOptions) {
    this.#options = options;
    const { client, clock, logger } = options;
    this.#schemas = new Informer(client.of(FlowSchemas), { clock, logger });
    this.#levels = new Informer(client.of(PriorityLevelConfigurations), { clock, logger });
  }

  /** Works until the signal aborts. */
  async run(signal: AbortSignal): Promise<void> {
    signal.addEventListener('abort', () => (this.#stopped = true), { once: true });
    const running = [this.#schemas.run(signal), this.#levels.run(signal)];
    try {
      await Promise.all([this.#schemas.synced(), this.#levels.synced()]);
    } catch {
      // Stopped before it began.
      return;
    }
    const changed = () => this.#schedule(SETTLE_MS);
    const handler = { added: changed, updated: changed, deleted: changed };
    this.#schemas.addHandler(handler);
    this.#levels.addHandler(handler);
    await Promise.all(running);
    await this.#reconciling;
  }

  #schedule(delay: number): void {
    if (this.#pending || this.#stopped) return;
    this.#pending = true;
    this.#options.clock.setTimer(delay, () => {
      this.#pending = false;
      if (this.#stopped) return;
      this.#reconciling = this.#reconcile().catch((error) => {
        if (this.#stopped) return;
        this.#options.logger.warn('reconcile flow control failed', { error });
        this.#schedule(RETRY_MS);
      });
    });
  }

  async #reconcile(): Promise<void> {
    const { client, flowControl } = this.#options;
    const schemas = this.#schemas.store.list();
    const levels = this.#levels.store.list();
    flowControl.configure(schemas, levels);
    const schemaClient = client.of(FlowSchemas);
    await ensure(client.of(PriorityLevelConfigurations), levels, [bootstrapLevels, mandatoryLevels]);
    await ensure(schemaClient, schemas, [bootstrapSchemas, mandatorySchemas]);
    const names = new Set(levels.map(({ metadata }) => metadata?.name ?? ''));
    for (const schema of schemas) {
      const status = danglingCondition(schema, names, this.#options.clock.now());
      if (status) await ignoring(isOvertaken, schemaClient.updateStatus({ ...schema, status }));
    }
  }
}

/** Makes bootstrap objects that are missing and sets back those that the server keeps. */
async function ensure<T extends Configuration>(
  client: ResourceClient<T>,
  present: readonly T[],
  [wanted, mandatory]: readonly [readonly T[], readonly T[]],
): Promise<void> {
  const byName = new Map(present.map((each) => [each.metadata?.name, each]));
  for (const desired of wanted) {
    const current = byName.get(desired.metadata?.name);
    const update = current && desiredUpdate(current, desired, mandatory.includes(desired));
    if (current === undefined) await ignoring(isOvertaken, client.create(desired));
    else if (update) await ignoring(isOvertaken, client.update(update));
  }
  const names = new Set(wanted.map(({ metadata }) => metadata?.name));
  for (const { metadata } of present) {
    // The server kept it once and knows it no longer.
    if (metadata?.annotations?.[AUTO_UPDATE] === 'true' && !names.has(metadata.name)) {
      await ignoring(isOvertaken, client.delete(metadata.name ?? ''));
    }
  }
}

/** Somebody else was faster: the change that follows brings this back. */
const isOvertaken = (error: unknown): boolean => isConflict(error) || isAlreadyExists(error) || isNotFound(error);
