import type { ControllerContext, Runnable } from '#controller/manager.ts';
import { EndpointSliceController } from './endpoint-slice-controller.ts';

/** Lists Services' pods in slices. */
export const createEndpointSliceController = (context: ControllerContext): Runnable =>
  new EndpointSliceController(context).controller;
