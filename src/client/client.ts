import type { AnyResourceDefinition, KubernetesObject, ResourceDefinition } from '#api/resource-definition.ts';
import { ResourceClient } from './resource-client.ts';
import type { Transport } from './transport.ts';

/**
 * A client of one API server, for one user. `client.of(Pods).get('web', { namespace: 'default' })`.
 * Objects it returns are shared and must not be changed.
 */
export class Client {
  readonly transport: Transport;
  readonly #resources = new Map<AnyResourceDefinition, ResourceClient<KubernetesObject>>();

  constructor(transport: Transport) {
    this.transport = transport;
  }

  /** The calls on one kind. */
  of<T extends KubernetesObject>(definition: ResourceDefinition<T>): ResourceClient<T> {
    let resource = this.#resources.get(definition);
    if (resource === undefined) {
      resource = new ResourceClient<KubernetesObject>(this.transport, definition as AnyResourceDefinition);
      this.#resources.set(definition, resource);
    }
    return resource as unknown as ResourceClient<T>;
  }

  close(): Promise<void> {
    return this.transport.close();
  }
}
