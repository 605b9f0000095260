// Keeps objects that are made alike of one shape, where the engine by itself would not.
//
// Of `{ ...a, b: 1 }` V8 (that of Node 20 at least) copies the shape of `a` without a way from one copy to the next, so that
// adding `b` makes a new shape for each object: some 700 ns, half a kilobyte, and wherever such objects come along the engine
// no longer knows where their members lie. After a first spread of nothing the members are added one by one, each by a
// known way. See docs/decisions/0024-one-shape-for-objects-made-alike.md.
import { readFile } from 'node:fs/promises';

/** What is spread first: not `{}`, which the bundler would take out again. */
const NOTHING = '...[], ';
/** The beginning of an object that begins with a spread, but for a mere copy, `{ ...a }`. */
const FIRST_SPREAD = /(\{\s*)(\.\.\.)(?!\w+ \})/g;

/** The text of a module whose objects begin with a spread of nothing where they began with a spread. Lines stay. */
export const spreadNothingFirst = (text) => text.replace(FIRST_SPREAD, `$1${NOTHING}$2`);

/** For esbuild: applies it to the modules below a folder. */
export const objectSpreads = (folder) => ({
  name: 'object-spreads',
  setup({ onLoad }) {
    onLoad({ filter: /\.ts$/ }, async ({ path }) =>
      path.startsWith(folder)
        ? { contents: spreadNothingFirst(await readFile(path, 'utf8')), loader: 'ts' }
        : undefined,
    );
  },
});
