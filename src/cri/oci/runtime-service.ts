import { CriError, type RuntimeService, type RuntimeStatus } from '../runtime.ts';
import type { ContainerService } from './container/container-service.ts';
import { type EngineContext, requireContainer } from './engine-context.ts';
import type { SandboxService } from './sandbox/sandbox-service.ts';
import { containerStatus, matchesContainer, matchesSandbox, sandboxStatus } from './status.ts';
import { attach } from './streaming/attach.ts';
import { exec, execSync } from './streaming/exec.ts';
import { portForward } from './streaming/port-forward.ts';

/** What exists once the engine has started. */
export interface StartedEngine {
  readonly context: EngineContext;
  readonly sandboxes: SandboxService;
  readonly containers: ContainerService;
}

/** The runtime half of the interface, in terms of the engine's services. `engine` throws `Unavailable` before the start. */
export function createRuntimeService(engine: () => StartedEngine): RuntimeService {
  return {
    async version() {
      const { name, version } = engine().context.runtime;
      return { runtimeName: name, runtimeVersion: version, runtimeApiVersion: 'v1' };
    },
    status: () => runtimeStatus(engine),
    runPodSandbox: async (config) => engine().sandboxes.run(config),
    stopPodSandbox: async (id) => engine().sandboxes.stop(id),
    removePodSandbox: async (id) => engine().sandboxes.remove(id),
    podSandboxStatus: async (id) => sandboxStatus(engine().sandboxes.require(id)),
    async listPodSandboxes(filter = {}) {
      const records = engine().context.sandboxes.list();
      return records.filter((record) => matchesSandbox(record, filter)).map(sandboxStatus);
    },
    createContainer: async (sandboxId, config, sandboxConfig) =>
      engine().containers.create(sandboxId, config, sandboxConfig),
    startContainer: async (id) => engine().containers.startContainer(id),
    stopContainer: async (id, timeoutSeconds) => engine().containers.stop(id, timeoutSeconds),
    removeContainer: async (id) => engine().containers.remove(id),
    async containerStatus(id) {
      const { context, containers } = engine();
      await containers.verify([requireContainer(context, id)]);
      return containerStatus(requireContainer(context, id));
    },
    async listContainers(filter = {}) {
      const { context, containers } = engine();
      await containers.verify(context.containers.list());
      const records = context.containers.list();
      return records.filter((record) => matchesContainer(record, filter)).map(containerStatus);
    },
    containerStats: async (id) => engine().containers.stats(id),
    updateContainerResources: async (id, resources) => engine().containers.update(id, resources),
    reopenContainerLog: async (id) => engine().containers.reopenLog(id),
    execSync: async (containerId, command, timeoutSeconds = 0) =>
      execSync(engine().context, { containerId, command, timeoutSeconds }),
    exec: async (containerId, command, streams) => exec(engine().context, { containerId, command, streams }),
    attach: async (containerId, streams) => attach(engine().context, { containerId, streams }),
    portForward: async (sandboxId, port) => portForward(engine().context, sandboxId, port),
    containerEvents: (signal) => engine().context.events.subscribe(signal),
  };
}

async function runtimeStatus(engine: () => StartedEngine): Promise<RuntimeStatus> {
  try {
    const network = await engine().context.network.status();
    const { ready, reason, message } = network;
    return {
      conditions: [
        { type: 'RuntimeReady', status: true, reason: '', message: '' },
        { type: 'NetworkReady', status: ready, reason, message },
      ],
    };
  } catch (error) {
    if (!(error instanceof CriError)) throw error;
    const absent = { status: false, reason: 'RuntimeNotReady', message: error.message };
    return {
      conditions: [
        { type: 'RuntimeReady', ...absent },
        { type: 'NetworkReady', ...absent },
      ],
    };
  }
}
