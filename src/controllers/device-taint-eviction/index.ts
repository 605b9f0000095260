import type { ControllerContext, Runnable } from '#controller/manager.ts';
import { DeviceTaintEvictionController } from './device-taint-eviction-controller.ts';

export const createDeviceTaintEvictionController = (context: ControllerContext): Runnable =>
  new DeviceTaintEvictionController(context).controller;
