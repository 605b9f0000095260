import { ServiceAccounts } from '#api/core/v1/service-account.ts';
import { seededRandom } from '#base/random.ts';
import { ComponentGroup } from '#cluster/component-group.ts';
import { type ControllerManagerOptions, createControllerManager } from '#cluster/controller-manager.ts';
import { Cluster } from './cluster.ts';
import { FastClock } from './fast-clock.ts';
import { type Faults, FaultyTransport } from './faulty-transport.ts';
import { waitFor } from './wait-for.ts';
import { withTransport } from './with-transport.ts';

/** Something that people do. */
export type Step = (cluster: Cluster) => Promise<unknown>;

/** What is done while things go wrong, and what is looked at in the end. */
export interface Scenario<S> {
  readonly steps: readonly Step[];
  readonly stateOf: (cluster: Cluster) => Promise<S>;
  readonly controllers?: ControllerManagerOptions;
}

/** Longest virtual time between two steps. */
const LONGEST_PAUSE_MS = 8000;
/** Only somebody who waits in vain waits so long; a busy machine must not be taken for that. */
const PATIENCE_MS = 90_000;

/**
 * Runs the steps with all controllers on two simulated nodes, and resolves with the state that `isEnd` accepts (throws
 * for: not yet). With a `seed` calls fail, events lag and controllers end and crash where it says so.
 */
export async function converge<S>(
  { steps, stateOf, controllers: options }: Scenario<S>,
  { seed, isEnd }: { readonly seed?: number; readonly isEnd: (state: S) => void },
): Promise<S> {
  const clock = new FastClock();
  const random = seededRandom(seed ?? 0);
  const cluster = await Cluster.start({ controllers: false, clock, random, simulatedNodes: 2 });
  let rate = seed === undefined ? 0 : 0.2;
  let injected = 0;
  const faults = { random, rate: () => rate, onFault: () => injected++ };
  let controllers = startControllers(cluster, faults, options);
  try {
    const account = () => cluster.client.of(ServiceAccounts).get('default', { namespace: 'default' });
    await waitFor(account, { timeoutMs: PATIENCE_MS });
    for (const step of steps) {
      await step(cluster);
      await clock.sleep(random.next() * LONGEST_PAUSE_MS);
      if (seed === undefined || random.next() < 0.7) continue;
      await (random.next() < 0.5 ? controllers.stop() : controllers.crash());
      controllers = startControllers(cluster, faults, options);
    }
    rate /= 5;
    await clock.sleep(20_000);
    rate = 0;
    if (injected > 100 !== (seed !== undefined)) throw new Error(`converge: ${injected} faults injected`);
    return await waitFor(
      async () => {
        const state = await stateOf(cluster);
        isEnd(state);
        return state;
      },
      { timeoutMs: PATIENCE_MS, intervalMs: 50 },
    );
  } finally {
    await controllers.stop();
    await cluster.stop();
    clock.stop();
  }
}

interface RunningControllers {
  /** Lets what is under way end. */
  stop(): Promise<void>;
  /** From now on nothing reaches the server, or nobody hears of it: what is under way ends anywhere. */
  crash(): Promise<void>;
}

/** Controllers that reach the server over faulty connections, until they are stopped. */
function startControllers(
  { environment }: Cluster,
  given: Omit<Faults, 'clock'>,
  options: ControllerManagerOptions | undefined,
): RunningControllers {
  const { clock } = environment;
  let hasCrashed = false;
  const faults = { ...given, rate: () => (hasCrashed ? 1 : given.rate()) };
  const faulty = withTransport(environment, (transport) => new FaultyTransport(transport, { ...faults, clock }));
  const group = new ComponentGroup(environment.logger);
  group.start(createControllerManager(faulty, options));
  return {
    stop: () => group.stop(),
    async crash() {
      hasCrashed = true;
      await group.stop();
    },
  };
}
