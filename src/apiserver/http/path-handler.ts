import type { KubernetesObject } from '#api/resource-definition.ts';
import { newGenericNotFound } from '#machinery/errors/status-error.ts';
import { aggregatedDiscovery } from '../discovery/aggregated.ts';
import { apiGroup, apiGroupList, apiResourceList, apiVersions, groupDefinitions } from '../discovery/legacy.ts';
import type { OpenApi } from '../discovery/openapi.ts';
import type { HealthChecks } from '../health.ts';
import type { ResourceTable } from '../resource-table.ts';
import { versionInfo } from '../version.ts';
import { answerHeaders } from './answer-headers.ts';
import type { PathHandler } from './api-handler.ts';
import type { Exchange } from './exchange.ts';

export interface PathHandlerOptions {
  readonly table: ResourceTable;
  readonly health: HealthChecks;
  readonly openApi: OpenApi;
  /** Host and port that discovery names. */
  readonly serverAddress: () => string;
  /** Documents of the service-account issuer, by path. */
  readonly documents: Readonly<Record<string, () => Promise<object>>>;
}

const encoder = new TextEncoder();

/** Discovery, OpenAPI, health, version, metrics and the issuer's documents. */
export function createPathHandler(options: PathHandlerOptions): PathHandler {
  return async (exchange) => {
    const path = exchange.path.length > 1 ? exchange.path.replace(/\/+$/, '') : exchange.path;
    const [, root = ''] = path.split('/');
    if (exchange.method !== 'GET' && exchange.method !== 'HEAD') return false;
    const document = options.documents[path];
    if (document) return sendJson(exchange, await document());
    switch (root) {
      case 'api':
      case 'apis':
        return sendDiscovery(options, exchange, path);
      case 'openapi':
        return options.openApi.serve(exchange, path);
      case 'healthz':
      case 'livez':
      case 'readyz':
        return options.health.serve(exchange, path);
      case 'version':
        return path === '/version' && sendJson(exchange, versionInfo);
      case '':
        return sendJson(exchange, { paths: ROOT_PATHS });
      default:
        return false;
    }
  };
}

const ROOT_PATHS = [
  '/api',
  '/api/v1',
  '/apis',
  '/healthz',
  '/livez',
  '/metrics',
  '/openapi/v2',
  '/openapi/v3',
  '/readyz',
  '/version',
];

function sendDiscovery({ table, serverAddress }: PathHandlerOptions, exchange: Exchange, path: string): true {
  const groups = groupDefinitions(table.definitions());
  const version = aggregatedVersion(exchange.header('accept'));
  const core = groups.filter(({ group }) => group === '');
  const named = groups.filter(({ group }) => group !== '');
  if (path === '/api') {
    return version ? sendAggregated(exchange, core, version) : sendJson(exchange, apiVersions(serverAddress()));
  }
  if (path === '/apis') {
    return version ? sendAggregated(exchange, named, version) : sendJson(exchange, apiGroupList(named));
  }
  const [, root, first = '', second] = path.split('/');
  if (root === 'api') return sendResources(exchange, core, '', first);
  const group = named.find((each) => each.group === first);
  if (group === undefined) throw newGenericNotFound();
  return second === undefined ? sendJson(exchange, apiGroup(group)) : sendResources(exchange, named, first, second);
}

function sendResources(
  exchange: Exchange,
  groups: ReturnType<typeof groupDefinitions>,
  group: string,
  version: string,
): true {
  const found = groups.find((each) => each.group === group)?.versions.find((each) => each.version === version);
  if (found === undefined) throw newGenericNotFound();
  return sendJson(exchange, apiResourceList(group, version, found.definitions));
}

/** The aggregated discovery version a client prefers over the plain form. */
function aggregatedVersion(accept: string): string | undefined {
  for (const clause of accept.split(',')) {
    if (clause.includes('as=APIGroupDiscoveryList')) {
      const version = /v=(v2beta1|v2)\b/.exec(clause)?.[1];
      if (version) return version;
    } else if (/application\/json|\*\/\*/.test(clause)) return undefined;
  }
  return undefined;
}

function sendAggregated(exchange: Exchange, groups: ReturnType<typeof groupDefinitions>, version: string): true {
  const body = encoder.encode(JSON.stringify(aggregatedDiscovery(groups, version)));
  const contentType = `application/json;g=apidiscovery.k8s.io;v=${version};as=APIGroupDiscoveryList`;
  exchange.respond(200, { ...answerHeaders(contentType, []), vary: 'Accept' }, body);
  return true;
}

function sendJson(exchange: Exchange, object: object): true {
  const body = encoder.encode(`${JSON.stringify(object as KubernetesObject, undefined, 2)}\n`);
  exchange.respond(200, answerHeaders('application/json', []), body);
  return true;
}
