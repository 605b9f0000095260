import type { ControllerContext, Runnable } from '#controller/manager.ts';
import { ServiceLoadBalancerController } from './service-load-balancer-controller.ts';

/** Gives Services of type LoadBalancer the addresses of the nodes. */
export const createServiceLoadBalancerController = (context: ControllerContext): Runnable =>
  new ServiceLoadBalancerController(context).controller;
