import { type AnyResourceDefinition, apiVersionOf, type KubernetesObject } from '#api/resource-definition.ts';
import { newMethodNotAllowed, newNotFound } from '#machinery/errors/status-error.ts';
import { parseListOptions } from '../registry/list-options.ts';
import { compileSelection } from '../registry/selection.ts';
import type { RequestHandler } from '../resource-table.ts';
import { objectResult } from '../result.ts';

/** Where objects come from that are worked out when somebody asks. */
export interface ComputedSource<T extends KubernetesObject = KubernetesObject> {
  /** Those of one namespace, or all for ''. */
  list(namespace: string): readonly T[];
  get(namespace: string, name: string): T | undefined;
}

/** A resource that can be read and is never stored. */
export function createComputedHandler(definition: AnyResourceDefinition, source: ComputedSource): RequestHandler {
  const { group, kind, namespaced } = definition;
  const apiVersion = apiVersionOf(definition);
  return {
    async handle({ target, query }) {
      if (target.verb === 'list') {
        const { matches } = compileSelection(definition, parseListOptions(query), []);
        const all = source.list(target.namespace).map(({ kind: _k, apiVersion: _v, ...object }) => object);
        const items = matches ? all.filter(matches) : all;
        const list = { kind: `${kind}List`, apiVersion, metadata: {}, items };
        return objectResult(list as KubernetesObject, 200, definition);
      }
      if (target.verb !== 'get') throw newMethodNotAllowed();
      const found = source.get(target.namespace, target.name);
      // As the metrics server has it.
      const name = namespaced ? `${target.namespace}/${target.name}` : target.name;
      if (found === undefined) throw newNotFound({ group, resource: kind.toLowerCase() }, name);
      return objectResult({ ...found, kind, apiVersion }, 200, definition);
    },
  };
}
