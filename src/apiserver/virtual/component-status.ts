import { ComponentStatuses } from '#api/core/v1/component-status.ts';
import type { KubernetesObject } from '#api/resource-definition.ts';
import { newMethodNotAllowed, newNotFound } from '#machinery/errors/status-error.ts';
import type { RequestHandler } from '../resource-table.ts';
import { objectResult } from '../result.ts';

const NAMES = ['controller-manager', 'etcd-0', 'scheduler'];
const RESOURCE = { group: '', resource: 'componentstatuses' };

/** Deprecated upstream, still asked for by `kubectl get cs`: whoever gets an answer has a healthy server. */
export const createComponentStatusHandler = (): RequestHandler => ({
  async handle({ target, warnings }) {
    warnings.push('v1 ComponentStatus is deprecated in v1.19+');
    if (target.verb === 'list') {
      const items = NAMES.map(componentStatus);
      const list = { kind: 'ComponentStatusList', apiVersion: 'v1', metadata: {}, items };
      return objectResult(list as KubernetesObject, 200, ComponentStatuses);
    }
    if (target.verb !== 'get') throw newMethodNotAllowed();
    if (!NAMES.includes(target.name)) throw newNotFound(RESOURCE, target.name);
    const typed = { kind: 'ComponentStatus', apiVersion: 'v1', ...componentStatus(target.name) };
    return objectResult(typed, 200, ComponentStatuses);
  },
});

const componentStatus = (name: string): KubernetesObject =>
  ({
    metadata: { name },
    conditions: [{ type: 'Healthy', status: 'True', message: 'ok' }],
  }) as KubernetesObject;
