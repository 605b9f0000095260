import { type ReplicationController, ReplicationControllers } from '#api/core/v1/replication-controller.ts';
import type { ControllerContext, Runnable } from '#controller/manager.ts';
import { nothing, selectorFromSet } from '#machinery/selectors/label-selector.ts';
import { ReplicaController, type ReplicaKind } from '../shared/replicas/replica-controller.ts';

const kind: ReplicaKind<ReplicationController> = {
  definition: ReplicationControllers,
  spec({ spec }) {
    const selector = selectorFromSet(spec?.selector ?? {});
    return {
      replicas: spec?.replicas ?? 1,
      minReadySeconds: spec?.minReadySeconds ?? 0,
      selector: selector.isEmpty ? nothing : selector,
      template: spec?.template,
    };
  },
  status: ({ status }) => status,
  withStatus: (object, status) => ({ ...object, status }),
  countsTerminating: false,
};

/** Keeps each ReplicationController's pods at its number of replicas. */
export const createReplicationController = (context: ControllerContext): Runnable =>
  new ReplicaController('replicationcontroller', context, kind).controller;
