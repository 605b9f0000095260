import type { KubernetesObject } from '#api/resource-definition.ts';
import type { Clock } from '#base/clock.ts';
import type { Random } from '#base/random.ts';
import { trimEnd } from '#base/trim.ts';
import { newMethodNotAllowed } from '#machinery/errors/status-error.ts';
import type { IssuerDocument } from '../authentication/issuer-documents.ts';
import type { OpenApi } from '../discovery/openapi.ts';
import type { Discovery } from '../discovery/serve-discovery.ts';
import type { HealthChecks } from '../health.ts';
import { requireProducible } from '../serving/negotiate.ts';
import { versionInfo } from '../version.ts';
import { flagz } from '../zpages/flagz.ts';
import { statusz } from '../zpages/statusz.ts';
import { createPages } from '../zpages/zpages.ts';
import type { PathHandler } from './api-handler.ts';
import type { Exchange } from './exchange.ts';

export interface PathHandlerOptions {
  readonly discovery: Discovery;
  readonly health: HealthChecks;
  readonly openApi: OpenApi;
  /** Documents of the service-account issuer, by path. */
  readonly documents: Readonly<Record<string, IssuerDocument>>;
  /** The flags the server was started with. */
  readonly flags: Readonly<Record<string, string>> | undefined;
  readonly clock: Clock;
  readonly random: Random;
}

const encoder = new TextEncoder();

const HEALTH = new Set(['healthz', 'livez', 'readyz']);
const INDEX = new Set(['/', '/index.html']);

/** Discovery, OpenAPI, health, version, metrics, pages about the server and the issuer's documents. */
export function createPathHandler(options: PathHandlerOptions): PathHandler {
  const { clock, random, flags } = options;
  const pages = createPages([statusz(clock, () => rootPaths(options)), ...(flags ? [flagz(flags)] : [])], random);
  return async (exchange) => {
    const path = exchange.path.length > 1 ? trimEnd(exchange.path, '/') : exchange.path;
    const [, root = ''] = path.split('/');
    if (root === 'api' || root === 'apis') return options.discovery.serve(exchange, path);
    if (HEALTH.has(root)) return options.health.serve(exchange, exchange.path);
    if (pages(exchange)) return true;
    const document = options.documents[path];
    // Most is told whatever the method.
    if ((document || path === '/version') && exchange.method !== 'GET') throw newMethodNotAllowed();
    if (document) return sendDocument(exchange, document);
    switch (root) {
      case 'openapi':
        return options.openApi.serve(exchange, path);
      case 'version':
        return path === '/version' && sendVersion(exchange);
      case '':
      case 'index.html':
        return INDEX.has(path) && sendJson(exchange, { paths: rootPaths(options) });
      default:
        return false;
    }
  };
}

/** All that is served, one by one. */
const rootPaths = ({ discovery, health, documents, flags }: PathHandlerOptions): string[] =>
  [
    ...discovery.paths(),
    ...health.paths(),
    ...Object.keys(documents),
    ...(flags ? ['/flagz'] : []),
    ...['/metrics', '/metrics/slis', '/openapi/v2', '/openapi/v3', '/openapi/v3/', '/statusz', '/version'],
  ].sort();

/** There is only JSON of it, and those who want something else are told so. */
function sendVersion(exchange: Exchange): true {
  requireProducible(exchange.header('accept'), ['application/json']);
  return sendJson(exchange, versionInfo);
}

function sendJson(exchange: Exchange, object: object): true {
  const body = encoder.encode(JSON.stringify(object as KubernetesObject, undefined, 2));
  exchange.respond(200, { 'content-type': 'application/json' }, body);
  return true;
}

/** Verifiers may keep these for an hour: a key is published before it is used. */
async function sendDocument(exchange: Exchange, { mediaType, read }: IssuerDocument): Promise<true> {
  const body = encoder.encode(JSON.stringify(await read()));
  exchange.respond(200, { 'content-type': mediaType, 'cache-control': 'public, max-age=3600' }, body);
  return true;
}
