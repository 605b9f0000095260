import { type ReplicaSet, ReplicaSets } from '#api/apps/v1/replica-set.ts';
import type { ControllerContext, Runnable } from '#controller/manager.ts';
import { nothing, selectorFromObject } from '#machinery/selectors/label-selector.ts';
import { ReplicaController, type ReplicaKind } from '../shared/replicas/replica-controller.ts';

const kind: ReplicaKind<ReplicaSet> = {
  definition: ReplicaSets,
  spec({ spec }) {
    const selector = selectorFromObject(spec?.selector);
    return {
      replicas: spec?.replicas ?? 1,
      minReadySeconds: spec?.minReadySeconds ?? 0,
      selector: selector.isEmpty ? nothing : selector,
      template: spec?.template,
    };
  },
  status: ({ status }) => status,
  withStatus: (object, status) => ({ ...object, status }),
  countsTerminating: true,
};

/** Keeps each ReplicaSet's pods at its number of replicas. */
export const createReplicaSetController = (context: ControllerContext): Runnable =>
  new ReplicaController('replicaset', context, kind).controller;
