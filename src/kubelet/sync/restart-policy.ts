import type { PodSpec } from '#api/core/v1/pod-spec.ts';
import type { ContainerStatus } from '#cri/runtime.ts';
import { type ContainerPart, isRestartableInit } from '../pod-parts.ts';

/** The policy that holds for a container: its own, else the pod's. Ephemeral containers never restart. */
export function restartPolicyOf(spec: PodSpec, part: ContainerPart): string {
  if (part.kind === 'ephemeralContainers') return 'Never';
  if (isRestartableInit(part)) return 'Always';
  const own = part.container.restartPolicy ?? spec.restartPolicy ?? 'Always';
  // An init container that has done its work is done.
  return part.kind === 'initContainers' && own === 'Always' ? 'OnFailure' : own;
}

/** Whether a container that is not running is to be started (again). Undefined status: it never ran. */
export function shouldRestart(spec: PodSpec, part: ContainerPart, status: ContainerStatus | undefined): boolean {
  if (status === undefined) return true;
  if (status.state === 'RUNNING') return false;
  if (status.state !== 'EXITED') return true;
  const rule = ruleFor(part, status.exitCode);
  if (rule !== undefined) return rule;
  const policy = restartPolicyOf(spec, part);
  return policy === 'Always' || (policy === 'OnFailure' && status.exitCode !== 0);
}

function ruleFor({ container }: ContainerPart, exitCode: number): boolean | undefined {
  for (const { action, exitCodes } of container.restartPolicyRules ?? []) {
    if (action !== 'Restart' || !exitCodes) continue;
    const listed = exitCodes.values?.includes(exitCode) ?? false;
    if (listed === (exitCodes.operator === 'In')) return true;
  }
  return undefined;
}
