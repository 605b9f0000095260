import { join } from 'node:path';
import { systemClock } from '#base/clock.ts';
import { silentLogger } from '#base/logger.ts';
import { criSuite } from '../testing/cri-suite.ts';
import { createLoopbackNetwork } from '../testing/loopback-network.ts';
import { createOciRuntime } from './oci-runtime.ts';

const open = (directory: string) =>
  createOciRuntime({
    rootDirectory: join(directory, 'root'),
    stateDirectory: join(directory, 'state'),
    network: createLoopbackNetwork(),
    clock: systemClock,
    logger: silentLogger,
  });

criSuite('OCI engine', open);
