import type { AnyResourceDefinition } from '#api/resource-definition.ts';
import type { Collect, MetricRegistry } from '#base/metrics/metric-registry.ts';
import { addKmsMetrics } from '#storage/encryption/kms/kms-metrics.ts';
import type { Store } from '#storage/store.ts';
import type { RequestHandler, ResourceTable } from '../resource-table.ts';

/** How many objects there are of each kind, under the name of before and of now, and how much room they take. Read when somebody asks. */
export function addStorageMetrics(registry: MetricRegistry, table: ResourceTable, store: Store): void {
  addKmsMetrics(registry);
  registry.collected('gauge', 'apiserver_storage_size_bytes', {
    help: 'Bytes that the store takes on its disk',
    labels: ['storage_cluster_id'],
    collect: () => [[['etcd-0'], store.sizeBytes?.() ?? 0]],
  });
  registry.collected('gauge', 'apiserver_storage_objects', {
    help: 'Objects that are stored, by resource',
    labels: ['resource'],
    collect: function* () {
      for (const [{ group, plural }, count] of stored(table)) yield [[group ? `${plural}.${group}` : plural], count];
    },
  });
  registry.collected('gauge', 'apiserver_resource_objects', {
    help: 'Objects that are stored, by group and resource',
    labels: ['group', 'resource'],
    collect: function* () {
      for (const [{ group, plural }, count] of stored(table)) yield [[group, plural], count];
    },
  });
  registry.collected('gauge', 'apiserver_resource_size_estimate_bytes', {
    help: 'Bytes of the objects that are stored, by group and resource',
    labels: ['group', 'resource'],
    collect: function* () {
      for (const [{ group, plural }, handler] of handlers(table)) yield [[group, plural], handler.bytes?.() ?? 0];
    },
  });
  const received = function* (): ReturnType<Collect> {
    for (const [{ group, plural }, handler] of handlers(table)) yield [[group, plural], handler.received?.() ?? 0];
  };
  const changes = (name: string, help: string) =>
    registry.collected('counter', name, { help, labels: ['group', 'resource'], collect: received });
  changes('apiserver_storage_events_received_total', 'Changes that the store told of, by group and resource');
  changes('apiserver_watch_cache_events_received_total', 'Changes that came to watch caches');
  changes('apiserver_watch_cache_events_dispatched_total', 'Changes that watch caches told their watchers of');
  registry.collected('gauge', 'watch_cache_capacity', {
    help: 'How many past changes watch caches have room for, by group and resource',
    labels: ['group', 'resource'],
    collect: function* () {
      for (const [{ group, plural }, handler] of handlers(table)) yield [[group, plural], handler.capacity?.() ?? 0];
    },
  });
  registry.collected('gauge', 'apiserver_watch_cache_resource_version', {
    help: 'The revision that watch caches have come to, its last 15 digits',
    labels: ['group', 'resource'],
    collect: function* () {
      for (const [{ group, plural }, handler] of handlers(table))
        yield [[group, plural], (handler.revision?.() ?? 0) % 1e15];
    },
  });
}

function* stored(table: ResourceTable): Iterable<[AnyResourceDefinition, number]> {
  for (const [definition, handler] of handlers(table)) yield [definition, handler.count?.() ?? 0];
}

/** Those that hold objects, each kind once. */
function* handlers(table: ResourceTable): Iterable<[AnyResourceDefinition, RequestHandler]> {
  for (const definition of table.definitions()) {
    const handler = table.get(definition.group, definition.version, definition.plural)?.handler;
    if (definition.storage === undefined && handler?.count !== undefined) yield [definition, handler];
  }
}
