import type { AnyResourceDefinition } from '#api/resource-definition.ts';
import { resources as builtIn } from '#api/resources.ts';
import type { ControllerContext } from '#controller/manager.ts';
import type { ControllersOptions } from '../controller-entry.ts';

/** Every resource there is now, built-in or defined by users. */
export const allResources = ({ resources }: ControllersOptions): readonly AnyResourceDefinition[] =>
  resources?.() ?? builtIn;

/** Resources whose objects can be listed and deleted, each stored kind once. */
export const storedResources = (options: ControllersOptions): readonly AnyResourceDefinition[] =>
  allResources(options).filter(
    ({ verbs, storage }) =>
      storage === undefined && ['list', 'watch', 'delete'].every((verb) => verbs.includes(verb as never)),
  );

const POLL_MS = 5_000;

/** Calls `work` now, and again whenever resources came, changed or went; resolves when the signal aborts. */
export async function followResources(
  { onResourcesChanged }: ControllersOptions,
  { clock, signal }: Pick<ControllerContext, 'clock'> & { readonly signal: AbortSignal },
  work: () => void,
): Promise<void> {
  work();
  if (onResourcesChanged) {
    onResourcesChanged(() => {
      if (!signal.aborted) work();
    });
    return;
  }
  while (!signal.aborted) {
    await clock.sleep(POLL_MS, signal).catch(() => {});
    if (!signal.aborted) work();
  }
}
