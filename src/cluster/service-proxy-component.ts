import { createHash } from 'node:crypto';
import { ServiceProxy } from '#network/proxy/service-proxy.ts';
import { type ComponentEnvironment, createComponentContext } from './component-context.ts';
import type { Component } from './component-group.ts';
import type { DataDirectory } from './data-directory.ts';

/** The nftables table of a cluster's Services: one a data directory. */
export const serviceTable = (data: DataDirectory): string =>
  `knarr_services_${createHash('sha256').update(data.root).digest('hex').slice(0, 8)}`;

/** The service proxy as its own user. */
export const createServiceProxyComponent = (
  environment: ComponentEnvironment,
  options: { readonly data: DataDirectory; readonly podCidr: string; readonly serviceCidr: string },
): Component =>
  new ServiceProxy({
    ...createComponentContext(environment, {
      user: { name: 'system:kube-proxy', groups: [] },
      component: 'kube-proxy',
    }),
    table: serviceTable(options.data),
    podCidr: options.podCidr,
    serviceCidr: options.serviceCidr,
  });
