import { availableParallelism } from 'node:os';
import { defineConfig } from 'vitest/config';

/** Unit and in-process tests live beside the code; end-to-end tests (real clients, real containers) in test/e2e. */
export default defineConfig({
  resolve: { conditions: ['knarr-source', 'module', 'node', 'default'] },
  ssr: { resolve: { conditions: ['knarr-source', 'module', 'node', 'default'] } },
  test: {
    include: ['src/**/*.test.ts', 'test/**/*.test.ts', 'tools/**/*.test.ts'],
    globalSetup: ['test/support/run-directory.ts'],
    pool: 'forks',
    // Files share their modules: loading them anew for each takes several times as long as the tests. No test may leave
    // anything behind in a module, in the environment or on the machine.
    isolate: false,
    // Many tests wait for other processes: two files at a time are faster even where there is but one core for them.
    maxWorkers: Math.max(2, availableParallelism() - 1),
    // For machines that are busy with other things; whoever waits for something gives up sooner, saying for what.
    testTimeout: 120_000,
    hookTimeout: 120_000,
  },
});
