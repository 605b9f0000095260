import { table } from '#base/table.ts';

const SHORT = table<string>({
  ReadWriteOnce: 'RWO',
  ReadOnlyMany: 'ROX',
  ReadWriteMany: 'RWX',
  ReadWriteOncePod: 'RWOP',
});

/** Access modes as tables show them: `RWO,RWX`. */
export const accessModesCell = (modes: readonly string[] | undefined): string =>
  Object.keys(SHORT)
    .filter((mode) => modes?.includes(mode))
    .map((mode) => SHORT[mode])
    .join(',');
