import type { Cell, HistogramCell, Labelled, MetricRegistry } from '#base/metrics/metric-registry.ts';
import { table } from '#base/table.ts';
import type { RequestContext } from '../filters/request-context.ts';
import type { ResourceTarget } from '../request.ts';
import type { ResourceTable } from '../resource-table.ts';
import { type PageLabels, pageLabels } from '../zpages/page-labels.ts';

const DURATION_BUCKETS = [
  0.005, 0.025, 0.05, 0.1, 0.2, 0.4, 0.6, 0.8, 1, 1.25, 1.5, 2, 3, 4, 5, 6, 8, 10, 15, 20, 30, 45, 60,
];
const SLI_BUCKETS = [0.05, 0.1, 0.2, 0.4, 0.6, 0.8, 1, 1.25, 1.5, 2, 3, 4, 5, 6, 8, 10, 15, 20, 30, 45, 60];
const SIZE_BUCKETS = [1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9];
const LABELS = ['verb', 'group', 'version', 'resource', 'subresource', 'scope', 'component'];
const REQUEST_LABELS = ['verb', 'dry_run', ...LABELS.slice(1)];

/** The cells of one kind of request, found once. */
interface Cells {
  readonly labels: readonly string[];
  readonly duration: HistogramCell;
  readonly sli: HistogramCell | undefined;
  readonly size: HistogramCell | undefined;
  readonly codes: Map<number, Cell>;
  readonly longRunning: Cell;
}

/** Counts requests by what they are about, as upstream names it. */
export class RequestMetrics {
  readonly #total: Labelled<Cell>;
  readonly #duration: Labelled<HistogramCell>;
  readonly #sli: Labelled<HistogramCell>;
  readonly #sizes: Labelled<HistogramCell>;
  readonly #longRunning: Labelled<Cell>;
  readonly #deprecated: Labelled<Cell>;
  readonly #terminations: Labelled<Cell>;
  readonly #inflight: { readonly readOnly: Cell; readonly mutating: Cell };
  readonly #cells = new Map<string, Cells>();
  readonly #table: Pick<ResourceTable, 'get'>;

  /** `table` tells what is served: what clients make up gets no series of its own. */
  constructor(registry: MetricRegistry, table: Pick<ResourceTable, 'get'>) {
    this.#table = table;
    this.#total = registry.counter(
      'apiserver_request_total',
      'Requests answered, by what they asked for and their status code',
      [...REQUEST_LABELS, 'code'],
    );
    this.#duration = registry.histogram('apiserver_request_duration_seconds', 'Time to answer a request', {
      labels: REQUEST_LABELS,
      buckets: DURATION_BUCKETS,
    });
    this.#sli = registry.histogram(
      'apiserver_request_sli_duration_seconds',
      'Time to answer a request, without time spent waiting for others',
      { labels: LABELS, buckets: SLI_BUCKETS },
    );
    this.#sizes = registry.histogram('apiserver_response_sizes', 'Bytes of answers to reads', {
      labels: LABELS,
      buckets: SIZE_BUCKETS,
    });
    this.#longRunning = registry.gauge('apiserver_longrunning_requests', 'Watches, logs and streams under way', LABELS);
    this.#deprecated = registry.gauge(
      'apiserver_requested_deprecated_apis',
      'Deprecated resources that were asked for',
      ['group', 'version', 'resource', 'subresource', 'removed_release'],
    );
    this.#terminations = registry.counter(
      'apiserver_request_terminations_total',
      'Requests that the server ended to protect itself',
      [...LABELS, 'code'],
    );
    const inflight = registry.gauge('apiserver_current_inflight_requests', 'Requests being answered', ['request_kind']);
    this.#inflight = { readOnly: inflight.labels('readOnly'), mutating: inflight.labels('mutating') };
  }

  /** Tells of a request's begin; what is returned is called at its end with the seconds it took. */
  begin(context: RequestContext): (seconds: number) => void {
    const cells = this.#cellsOf(context);
    if (context.isLongRunning) {
      cells.longRunning.inc();
      return (seconds) => {
        cells.longRunning.dec();
        this.#end(cells, context, seconds);
      };
    }
    const inflight = isReadOnly(context.verb) ? this.#inflight.readOnly : this.#inflight.mutating;
    inflight.inc();
    return (seconds) => {
      inflight.dec();
      this.#end(cells, context, seconds);
    };
  }

  #end(cells: Cells, { code, bytes, isTerminated, isLate, latencies }: RequestContext, seconds: number): void {
    // The labels of the total, but for dry runs; what broke off is told as what it would have been told.
    if (isTerminated) this.#terminations.labels(...cells.labels.toSpliced(1, 1), String(isLate ? 504 : code)).inc();
    let counter = cells.codes.get(code);
    if (counter === undefined) cells.codes.set(code, (counter = this.#total.labels(...cells.labels, String(code))));
    counter.inc();
    cells.duration.observe(seconds);
    cells.sli?.observe(seconds - latencies.queue / 1000);
    cells.size?.observe(bytes);
  }

  #cellsOf(context: RequestContext): Cells {
    const target = this.#served(context.target);
    const verb = reportedVerb(context);
    const dryRun = context.query.get('dryRun') === 'All' ? 'All' : '';
    const page = target ? undefined : pageLabels(context.path, context.header('accept'));
    const key = target
      ? `${verb} ${target.group} ${target.version} ${target.resource} ${target.subresource} ${scopeOf(target)} ${dryRun}`
      : `${verb} ${pathLabel(context.path)} ${page?.version ?? ''} ${dryRun}`;
    let cells = this.#cells.get(key);
    if (cells === undefined) this.#cells.set(key, (cells = this.#makeCells(context, { target, page, verb, dryRun })));
    return cells;
  }

  /** Said once and for good, as long as this server runs. None of what is deprecated has a release without it yet. */
  #noteDeprecated({ group, version, resource, subresource }: ResourceTarget): void {
    if (this.#table.get(group, version, resource)?.definition.deprecation === undefined) return;
    this.#deprecated.labels(group, version, resource, subresource, '').set(1);
  }

  #served(target: ResourceTarget | undefined): ResourceTarget | undefined {
    if (target === undefined) return undefined;
    const { group, version, resource, subresource } = target;
    const definition = this.#table.get(group, version, resource)?.definition;
    if (definition === undefined) return undefined;
    return subresource === '' || Object.hasOwn(definition.subresources ?? {}, subresource) ? target : undefined;
  }

  #makeCells(
    { path, isLongRunning }: RequestContext,
    {
      target,
      page,
      verb,
      dryRun,
    }: {
      readonly target: ResourceTarget | undefined;
      readonly page: PageLabels | undefined;
      readonly verb: string;
      readonly dryRun: string;
    },
  ): Cells {
    const about = target
      ? [target.group, target.version, target.resource, target.subresource, scopeOf(target)]
      : page
        ? [page.group, page.version, page.resource, '', '']
        : ['', '', '', pathLabel(path), ''];
    const labels = [verb, ...about, 'apiserver'];
    if (target) this.#noteDeprecated(target);
    if (page?.isDeprecated) this.#deprecated.labels(page.group, page.version, page.resource, '', '').set(1);
    return {
      labels: [verb, dryRun, ...about, 'apiserver'],
      duration: this.#duration.labels(verb, dryRun, ...about, 'apiserver'),
      sli: isLongRunning || dryRun !== '' ? undefined : this.#sli.labels(...labels),
      size: verb === 'GET' || verb === 'LIST' ? this.#sizes.labels(...labels) : undefined,
      codes: new Map(),
      longRunning: isLongRunning ? this.#longRunning.labels(...labels) : NOT_COUNTED,
    };
  }
}

const NOT_COUNTED: Cell = { inc: () => {}, dec: () => {}, set: () => {}, follow: () => {}, value: 0 };

const VERBS = table<string>({ create: 'POST', update: 'PUT' });
const METHODS = new Set(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', 'CONNECT']);

function reportedVerb(context: RequestContext): string {
  const { target, method } = context;
  if (target === undefined) return METHODS.has(method) ? method : 'other';
  if (target.verb === 'patch' && context.header('content-type').startsWith('application/apply-patch')) return 'APPLY';
  return VERBS[target.verb] ?? target.verb.toUpperCase();
}

const isReadOnly = (verb: string) => verb === 'get' || verb === 'list' || verb === 'watch' || verb === 'head';

/** Whether a request is about one object, a namespace or the cluster. */
export function scopeOf({ verb, name, namespace }: ResourceTarget): string {
  if (name !== '' || verb === 'create') return 'resource';
  return namespace === '' ? 'cluster' : 'namespace';
}

const PATHS = new Set([
  '/',
  '/api',
  '/apis',
  '/flagz',
  '/healthz',
  '/livez',
  '/readyz',
  '/metrics',
  '/statusz',
  '/version',
]);

/** Paths of the server's own; what clients make up is not worth a series each. */
function pathLabel(path: string): string {
  if (PATHS.has(path)) return path;
  const root = path.split('/', 2)[1] ?? '';
  return PATHS.has(`/${root}`) || root === 'openapi' ? `/${root}/*` : '/*';
}
