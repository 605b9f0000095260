import type { ControllerContext, Runnable } from '#controller/manager.ts';
import { EndpointSliceMirroringController } from './endpoint-slice-mirroring-controller.ts';

/** Shows Endpoints that people write for Services without a selector as EndpointSlices. */
export const createEndpointSliceMirroringController = (context: ControllerContext): Runnable =>
  new EndpointSliceMirroringController(context).controller;
