import { afterAll, afterEach, beforeAll, describe } from 'vitest';
import { CriHarness, missingForContainers, type OpenRuntime } from './cri-harness.ts';
import { isolationSuite } from './suite/isolation.ts';
import { lifecycleSuite } from './suite/lifecycle.ts';
import { logSuite } from './suite/logs.ts';
import { recoverySuite } from './suite/recovery.ts';
import { resourceSuite } from './suite/resources.ts';
import { streamingSuite } from './suite/streaming.ts';

/** What every container engine must do, with real containers. Skipped, with the reason, where they cannot be run. */
export function criSuite(engine: string, open: OpenRuntime): void {
  const reason = missingForContainers();
  describe.skipIf(reason !== undefined)(`${engine}${reason ? ` (${reason})` : ''}`, () => {
    let harness: CriHarness;
    beforeAll(async () => {
      harness = new CriHarness(open);
      await harness.start();
    });
    afterEach(() => harness.cleanUp());
    afterAll(() => harness.close());

    const parts = [lifecycleSuite, isolationSuite, logSuite, streamingSuite, resourceSuite, recoverySuite];
    for (const part of parts) part(() => harness);
  });
}
