import type { KubernetesObject } from '#api/resource-definition.ts';
import { newMethodNotAllowed } from '#machinery/errors/status-error.ts';
import type { IssuerDocument } from '../authentication/issuer-documents.ts';
import type { OpenApi } from '../discovery/openapi.ts';
import type { Discovery } from '../discovery/serve-discovery.ts';
import type { HealthChecks } from '../health.ts';
import { versionInfo } from '../version.ts';
import type { PathHandler } from './api-handler.ts';
import { type Exchange, isRead } from './exchange.ts';

export interface PathHandlerOptions {
  readonly discovery: Discovery;
  readonly health: HealthChecks;
  readonly openApi: OpenApi;
  /** Documents of the service-account issuer, by path. */
  readonly documents: Readonly<Record<string, IssuerDocument>>;
}

const encoder = new TextEncoder();

const HEALTH = new Set(['healthz', 'livez', 'readyz']);
const INDEX = new Set(['/', '/index.html']);

/** Discovery, OpenAPI, health, version, metrics and the issuer's documents. */
export function createPathHandler(options: PathHandlerOptions): PathHandler {
  return async (exchange) => {
    const path = exchange.path.length > 1 ? exchange.path.replace(/\/+$/, '') : exchange.path;
    const [, root = ''] = path.split('/');
    if (root === 'api' || root === 'apis') return options.discovery.serve(exchange, path);
    // How well it is, is told whatever the method.
    if (HEALTH.has(root)) return options.health.serve(exchange, exchange.path);
    if (!isRead(exchange)) return refuseWrite(path);
    const document = options.documents[path];
    if (document) return sendDocument(exchange, document);
    switch (root) {
      case 'openapi':
        return options.openApi.serve(exchange, path);
      case 'version':
        return path === '/version' && sendJson(exchange, versionInfo);
      case '':
      case 'index.html':
        return INDEX.has(path) && sendJson(exchange, { paths: rootPaths(options) });
      default:
        return false;
    }
  };
}

function refuseWrite(path: string): false {
  if (path === '/version') throw newMethodNotAllowed();
  return false;
}

/** All that is served, one by one. */
const rootPaths = ({ discovery, health, documents }: PathHandlerOptions): string[] =>
  [
    ...discovery.paths(),
    ...health.paths(),
    ...Object.keys(documents),
    ...['/metrics', '/metrics/slis', '/openapi/v2', '/openapi/v3', '/openapi/v3/', '/version'],
  ].sort();

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
