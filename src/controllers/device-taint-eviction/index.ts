import type { ControllerContext, Runnable } from '#controller/manager.ts';
import type { ControllersOptions } from '../controller-entry.ts';
import { DeviceTaintEvictionController } from './device-taint-eviction-controller.ts';

export const createDeviceTaintEvictionController = (
  context: ControllerContext,
  options: ControllersOptions,
): Runnable => new DeviceTaintEvictionController(context, options).controller;
