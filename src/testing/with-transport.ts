import type { Transport } from '#client/transport.ts';
import type { ComponentEnvironment } from '#cluster/component-context.ts';

/** The same environment for components that reach the server over what `wrap` makes of a connection. */
export function withTransport(
  environment: ComponentEnvironment,
  wrap: (transport: Transport) => Transport,
): ComponentEnvironment {
  const apiServer = new Proxy(environment.apiServer, {
    get(target, name) {
      if (name === 'transport') return (user: Parameters<typeof target.transport>[0]) => wrap(target.transport(user));
      const value = Reflect.get(target, name);
      return typeof value === 'function' ? value.bind(target) : value;
    },
  });
  return { ...environment, apiServer };
}
