import type { Mutable } from '#machinery/schema/schema.ts';
import type { Container, EphemeralContainer } from './container.ts';
import type { EnvVar } from './env.ts';
import { defaultPullPolicy } from './image-tag.ts';
import type { HTTPGetAction, LifecycleHandler, Probe } from './probe.ts';

/** Fills what a container leaves open, in any pod or pod template. */
export function applyContainerDefaults(container: Mutable<Container | EphemeralContainer>): void {
  container.imagePullPolicy ||= defaultPullPolicy(container.image ?? '');
  container.terminationMessagePath ||= '/dev/termination-log';
  container.terminationMessagePolicy ||= 'File';
  for (const variable of container.env ?? []) applyEnvDefaults(variable);
  for (const probe of [container.livenessProbe, container.readinessProbe, container.startupProbe]) {
    if (probe) applyProbeDefaults(probe);
  }
  applyHandlerDefaults(container.lifecycle?.postStart);
  applyHandlerDefaults(container.lifecycle?.preStop);
}

function applyEnvDefaults(variable: Mutable<EnvVar>): void {
  const { fieldRef, resourceFieldRef } = variable.valueFrom ?? {};
  if (fieldRef) fieldRef.apiVersion ||= 'v1';
  if (resourceFieldRef) resourceFieldRef.divisor ||= '0';
}

function applyProbeDefaults(probe: Mutable<Probe>): void {
  probe.timeoutSeconds ||= 1;
  probe.periodSeconds ||= 10;
  probe.successThreshold ||= 1;
  probe.failureThreshold ||= 3;
  if (probe.httpGet) applyHttpGetDefaults(probe.httpGet);
}

function applyHandlerDefaults(handler: Mutable<LifecycleHandler> | undefined): void {
  if (handler?.httpGet) applyHttpGetDefaults(handler.httpGet);
}

function applyHttpGetDefaults(action: Mutable<HTTPGetAction>): void {
  action.path ||= '/';
  action.scheme ||= 'HTTP';
}
