import type { ControllerContext, Runnable } from '#controller/manager.ts';
import type { ControllersOptions } from '../controller-entry.ts';
import { HorizontalPodAutoscalerController } from './horizontal-pod-autoscaler-controller.ts';

/** Changes numbers of replicas by what is measured. */
export const createHorizontalPodAutoscaler = (context: ControllerContext, options: ControllersOptions): Runnable =>
  new HorizontalPodAutoscalerController(context, options).controller;
