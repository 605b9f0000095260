/** `knarr/client`: typed calls per kind, informers and what they need, over HTTPS. */
export * from '#api/resource-definition.ts';
export {
  isAlreadyExists,
  isConflict,
  isNotFound,
  isStatus,
  type Status,
  StatusError,
} from '#machinery/errors/status-error.ts';
export { Client } from './client.ts';
export type { Connection } from './connection.ts';
export { createEventRecorder, type EventRecorder, type EventRecorderOptions } from './events/event-recorder.ts';
export { HttpTransport } from './http-transport.ts';
export { type EventHandler, Informer, type InformerOptions } from './informer.ts';
export { InformerFactory } from './informer-factory.ts';
export { type LeaderElectionOptions, LeaderElector } from './leader-election.ts';
export { type IndexFunction, keyOf, ObjectStore, splitKey } from './object-store.ts';
export * from './options.ts';
export { type ObjectList, ResourceClient } from './resource-client.ts';
export type { ClientRequest, PatchType, Transport, WatchEvent } from './transport.ts';
