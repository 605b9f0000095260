import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { systemClock } from '#base/clock.ts';
import { silentLogger } from '#base/logger.ts';
import { criSuite } from '../testing/cri-suite.ts';
import { createLoopbackNetwork } from '../testing/loopback-network.ts';
import { createOciRuntime } from './oci-runtime.ts';

const programs = (['crun', 'runc'] as const).filter((name) =>
  ['/usr/bin', '/usr/sbin', '/usr/local/bin'].some((directory) => existsSync(join(directory, name))),
);

for (const runtime of programs.length > 0 ? programs : (['crun'] as const)) {
  criSuite(`OCI engine with ${runtime}`, (directory) =>
    createOciRuntime({
      rootDirectory: join(directory, 'root'),
      stateDirectory: join(directory, 'state'),
      network: createLoopbackNetwork(),
      clock: systemClock,
      logger: silentLogger,
      runtime,
    }),
  );
}
