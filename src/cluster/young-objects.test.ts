import { execFileSync } from 'node:child_process';
import { expect, test } from 'vitest';
import { PRETENURING } from './young-objects.ts';

test('the engine knows the setting', () => {
  expect(execFileSync(process.execPath, ['--v8-options']).toString()).toMatch(
    new RegExp(`--(\\[no-?\\])?${PRETENURING} `),
  );
});
