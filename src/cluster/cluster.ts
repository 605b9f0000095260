import type { Clock } from '#base/clock.ts';
import type { Logger } from '#base/logger.ts';
import { systemRandom } from '#base/random.ts';
import { ComponentGroup } from './component-group.ts';
import type { Credentials } from './credentials.ts';
import type { DataDirectory } from './data-directory.ts';
import type { Progress } from './progress.ts';
import { createSchedulerComponent } from './scheduler-component.ts';
import { startServer } from './server.ts';
import { createSimulationComponent } from './simulation-component.ts';

export interface StartOptions {
  readonly data: DataDirectory;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly progress: Progress;
  readonly apiHost: string;
  readonly apiPort: number;
  readonly runtime: 'auto' | 'oci' | 'none';
  readonly nodeName: string;
  readonly simulatedNodes: number;
}

export interface RunningCluster {
  /** `https://host:port` */
  readonly server: string;
  readonly credentials: Credentials;
  /** Stops every component; containers keep running. */
  stop(): Promise<void>;
}

/** The whole cluster in this process: what `knarr up` runs. */
export async function startCluster(options: StartOptions): Promise<RunningCluster> {
  const { data, clock, logger, progress, apiHost, apiPort, nodeName } = options;
  progress.step('API server');
  const server = await startServer({ data, clock, logger, nodeName, host: apiHost, port: apiPort, podHosts: [] });
  const environment = { apiServer: server.apiServer, clock, random: systemRandom, logger };
  const components = new ComponentGroup(logger);
  progress.step('Scheduler');
  components.start(createSchedulerComponent(environment));
  if (options.simulatedNodes > 0) {
    progress.step(`${options.simulatedNodes} simulated nodes`);
    components.start(createSimulationComponent(environment, options.simulatedNodes));
  }
  return {
    server: `https://${server.address.address}:${server.address.port}`,
    credentials: server.credentials,
    async stop() {
      await components.stop();
      await server.close();
    },
  };
}
