import { Nodes } from '#api/core/v1/node.ts';
import { mergePatch } from '#client/options.ts';
import { Controller } from '#controller/controller.ts';
import type { ControllerContext, Runnable } from '#controller/manager.ts';
import { ignoring } from '#machinery/errors/ignoring.ts';
import { isNotFound } from '#machinery/errors/status-error.ts';
import { nextLevel, secondsAt } from './ttl-levels.ts';

const ANNOTATION = 'node.alpha.kubernetes.io/ttl';

/** Tells node agents for how long they may keep secrets and config maps: the longer the more nodes there are. */
export function createTtlController(context: ControllerContext): Runnable {
  const { informers, client } = context;
  const nodes = informers.of(Nodes);
  let level = 0;

  const reconcile = async (name: string): Promise<void> => {
    const before = level;
    level = nextLevel(level, nodes.store.size);
    // Each of the others has to hear of it, too.
    if (level !== before) for (const key of nodes.store.keys()) controller.queue.add(key);
    const node = nodes.store.getByKey(name);
    const seconds = String(secondsAt(level));
    if (node === undefined || node.metadata?.annotations?.[ANNOTATION] === seconds) return;
    await ignoring(
      isNotFound,
      client.of(Nodes).patch(name, mergePatch({ metadata: { annotations: { [ANNOTATION]: seconds } } })),
    );
  };

  const controller = new Controller('ttlcontroller', context)
    .watches(Nodes, ({ metadata }, old) =>
      old && old.metadata?.annotations?.[ANNOTATION] === metadata?.annotations?.[ANNOTATION]
        ? []
        : [metadata?.name ?? ''],
    )
    .reconciles(reconcile);
  return controller;
}
