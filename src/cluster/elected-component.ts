import { LeaderElector } from '#client/leader-election.ts';
import { type ComponentEnvironment, createComponentContext } from './component-context.ts';
import type { Component } from './component-group.ts';

export interface ElectedComponentOptions {
  /** Unlike that of any other instance: `<host>_<uuid>`. */
  readonly identity: string;
  /** The user that takes the Lease, and whose name its events carry. */
  readonly user: string;
  readonly eventSource: string;
  /** Called anew for each term, with an environment whose clients write only during that term. */
  readonly create: (environment: ComponentEnvironment) => Component;
}

/** A component of which one instance acts at a time: the holder of the Lease `name` in kube-system. */
export function createElectedComponent(
  name: string,
  environment: ComponentEnvironment,
  { identity, user, eventSource, create }: ElectedComponentOptions,
): Component {
  const { client, events, clock, random, logger } = createComponentContext(environment, {
    user: { name: user, groups: ['system:authenticated'] },
    component: eventSource,
  });
  const lease = { name, namespace: 'kube-system' };
  const elector = new LeaderElector(client, { lease, identity, clock, random, logger, events });
  environment.apiServer.metrics
    .gauge('leader_election_master_status', 'Whether this instance leads', ['name'])
    .labels(name)
    .follow(() => (elector.isLeader ? 1 : 0));
  return {
    name,
    async run(signal) {
      while (!signal.aborted) await elector.runTerm(actFenced, signal);
      await events.flush();
    },
  };

  function actFenced(signal: AbortSignal): Promise<void> {
    return create({ ...environment, mayAct: () => elector.isLeader }).run(signal);
  }
}
