/** `knarr/controller`: what operators are written with. */
export { Controller, type KeyMapper, type Reconcile, type Result } from './controller.ts';
export { type ControllerContext, Manager, type Runnable } from './manager.ts';
export { controllerOf, isControlledBy, newControllerReference } from './owner-references.ts';
export { WorkQueue, type WorkQueueOptions } from './work-queue.ts';
