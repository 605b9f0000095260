import type { Logger } from '#base/logger.ts';
import { table } from '#base/table.ts';
import type { Exchange } from './http/exchange.ts';

/** A named condition of health: undefined when well, otherwise why not. */
export interface HealthCheck {
  readonly name: string;
  /** What it is part of; by default of all. */
  readonly of?: readonly HealthKind[];
  readonly check: () => string | undefined | Promise<string | undefined>;
}

export interface HealthCheckResult {
  readonly kind: string;
  readonly name: string;
  readonly ok: boolean;
}

const KINDS = ['healthz', 'livez', 'readyz'] as const;
export type HealthKind = (typeof KINDS)[number];
type Checks = Readonly<Record<string, readonly HealthCheck[]>>;

const TEXT = 'text/plain; charset=utf-8';
const encoder = new TextEncoder();

/** `/healthz`, `/livez` and `/readyz`, whole or one check at a time (`/readyz/etcd`). */
export class HealthChecks {
  readonly #checks: Checks;
  readonly #logger: Logger;

  /** They are asked in this order. */
  constructor(checks: readonly HealthCheck[], logger: Logger) {
    const of = (kind: HealthKind) => checks.filter((check) => check.of?.includes(kind) ?? true);
    this.#checks = table(Object.fromEntries(KINDS.map((kind) => [kind, of(kind)])));
    this.#logger = logger;
  }

  /** Every check of every kind, as it is now. */
  async results(): Promise<HealthCheckResult[]> {
    const all = Object.entries(this.#checks).flatMap(([kind, checks]) => checks.map((each) => ({ kind, each })));
    return Promise.all(
      all.map(async ({ kind, each }) => ({ kind, name: each.name, ok: (await each.check()) === undefined })),
    );
  }

  /** Where each check, and all of a kind, are answered for. */
  paths(): string[] {
    return Object.entries(this.#checks).flatMap(([kind, checks]) => [
      `/${kind}`,
      ...checks.map(({ name }) => `/${kind}/${name}`),
    ]);
  }

  async serve(exchange: Exchange, path: string): Promise<boolean> {
    const [, kind = '', ...rest] = path.split('/');
    const checks = this.#checks[kind];
    if (checks === undefined) return false;
    if (rest.length === 0) return this.#serveAll(exchange, kind, checks);
    const one = checks.find(({ name }) => name === rest.join('/'));
    return one !== undefined && serveOne(exchange, one);
  }

  /** What failed is always listed, what passed when somebody asks; why it failed is for those who may ask for one check. */
  async #serveAll(exchange: Exchange, kind: string, checks: readonly HealthCheck[]): Promise<true> {
    const excluded = new Set(exchange.query.getAll('exclude'));
    const lines: string[] = [];
    const failures: string[] = [];
    for (const { name, check } of checks) {
      if (excluded.delete(name)) {
        lines.push(`[+]${name} excluded: ok`);
        continue;
      }
      const failure = await check();
      lines.push(failure === undefined ? `[+]${name} ok` : `[-]${name} failed: reason withheld`);
      if (failure !== undefined) failures.push(`${name}: ${failure}`);
    }
    if (excluded.size > 0) {
      const unknown = [...excluded].sort().map((name) => JSON.stringify(name));
      lines.push(`warn: some health checks cannot be excluded: no matches for ${unknown.join(',')}`);
    }
    if (failures.length > 0) {
      this.#logger.info('health check failed', { kind, failures });
      return fail(exchange, `${lines.join('\n')}\n${kind} check failed\n`);
    }
    return pass(exchange, exchange.query.has('verbose') ? `${lines.join('\n')}\n${kind} check passed\n` : 'ok');
  }
}

async function serveOne(exchange: Exchange, { check }: HealthCheck): Promise<true> {
  const failure = await check();
  return failure === undefined ? pass(exchange, 'ok') : fail(exchange, `internal server error: ${failure}\n`);
}

const HEADERS = { 'content-type': TEXT, 'x-content-type-options': 'nosniff' };

function pass(exchange: Exchange, text: string): true {
  exchange.respond(200, HEADERS, encoder.encode(text));
  return true;
}

function fail(exchange: Exchange, text: string): true {
  exchange.respond(500, HEADERS, encoder.encode(text));
  return true;
}
