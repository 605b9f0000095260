import type { Exchange } from './http/exchange.ts';

/** A named condition of health: undefined when well, otherwise why not. */
export interface HealthCheck {
  readonly name: string;
  readonly check: () => string | undefined;
}

type Checks = Readonly<Record<'healthz' | 'livez' | 'readyz', readonly HealthCheck[]>>;

const encoder = new TextEncoder();

/** `/healthz`, `/livez` and `/readyz`, whole or one check at a time (`/readyz/etcd`). */
export class HealthChecks {
  readonly #checks: Checks;

  constructor(live: readonly HealthCheck[], ready: readonly HealthCheck[]) {
    const ping: HealthCheck = { name: 'ping', check: () => undefined };
    const alive = [ping, ...live];
    this.#checks = { healthz: alive, livez: alive, readyz: [...alive, ...ready] };
  }

  /** The checks of `/readyz` that fail, by name. */
  notReady(): string[] {
    return this.#checks.readyz.filter(({ check }) => check() !== undefined).map(({ name }) => name);
  }

  /** Every check of every kind, as it is now. */
  *results(): Iterable<{ readonly kind: string; readonly name: string; readonly ok: boolean }> {
    for (const [kind, checks] of Object.entries(this.#checks)) {
      for (const { name, check } of checks) yield { kind, name, ok: check() === undefined };
    }
  }

  serve(exchange: Exchange, path: string): boolean {
    const [, kind = '', name, ...rest] = path.split('/');
    const checks = this.#checks[kind as keyof Checks] as readonly HealthCheck[] | undefined;
    if (checks === undefined || rest.length > 0) return false;
    if (name !== undefined) {
      const check = checks.find((each) => each.name === name);
      return check !== undefined && this.#send(exchange, kind, [check], false);
    }
    const excluded = exchange.query.getAll('exclude');
    const asked = checks.filter((check) => !excluded.includes(check.name));
    return this.#send(exchange, kind, asked, exchange.query.has('verbose'));
  }

  #send(exchange: Exchange, kind: string, checks: readonly HealthCheck[], verbose: boolean): true {
    const failed = checks.filter(({ check }) => check() !== undefined);
    const lines = checks.map((check) =>
      failed.includes(check) ? `[-]${check.name} failed: reason withheld` : `[+]${check.name} ok`,
    );
    const ok = failed.length === 0;
    const text = ok
      ? verbose
        ? `${lines.join('\n')}\n${kind} check passed\n`
        : 'ok'
      : `${lines.join('\n')}\n${kind} check failed\n`;
    exchange.respond(
      ok ? 200 : 500,
      {
        'content-type': 'text/plain; charset=utf-8',
        'x-content-type-options': 'nosniff',
        'cache-control': 'no-cache, private',
      },
      encoder.encode(text),
    );
    return true;
  }
}
