// The layer map of src/ and the check that imports follow it. Used by `npm run check`.
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';

/** For each layer, the layers it may import besides itself. A folder that is not here is an error. */
export const LAYERS = {
  base: [],
  machinery: ['base'],
  api: ['base', 'machinery'],
  storage: ['base', 'machinery'],
  client: ['base', 'machinery', 'api'],
  apiserver: ['base', 'machinery', 'api', 'client', 'storage'],
  controller: ['base', 'machinery', 'api', 'client'],
  controllers: ['base', 'machinery', 'api', 'client', 'controller'],
  scheduler: ['base', 'machinery', 'api', 'client'],
  cri: ['base'],
  kubelet: ['base', 'machinery', 'api', 'client', 'cri'],
  simulation: ['base', 'machinery', 'api', 'client'],
  network: ['base', 'machinery', 'api', 'client', 'cri'],
  kubectl: ['base', 'machinery', 'api', 'client'],
  dashboard: ['base', 'machinery', 'api', 'client'],
  cluster: '*',
  testing: '*',
};

/** Layers that may not touch the world: no `node:` imports that do I/O. */
const PURE = new Set(['base', 'machinery', 'api']);
/** Folders whose members may not import each other. */
const SEPARATE = ['controllers', 'scheduler/plugins', 'apiserver/admission/plugins'];
/** Siblings that any member may import. */
const SHARED = new Set(['shared', 'testing']);

const IMPORT =
  /(?:^|\n)\s*(?:import|export)\s[^'"`;]*?from\s*['"]([^'"]+)['"]|import\(\s*['"]([^'"]+)['"]\s*\)|(?:^|\n)\s*import\s*['"]([^'"]+)['"]/g;

/** Every rule broken below `root`, one line each. */
export function checkLayers(root) {
  const problems = [];
  for (const entry of readdirSync(root, { withFileTypes: true })) {
    if (entry.isDirectory() && !(entry.name in LAYERS))
      problems.push(`${entry.name}/: folder is not in the layer table`);
  }
  for (const file of sourceFiles(root)) problems.push(...checkFile(root, file));
  return problems;
}

function checkFile(root, file) {
  const path = relative(root, file);
  const layer = path.split('/')[0];
  if (!(layer in LAYERS)) return [];
  // Suites and harnesses are test code that several tests share.
  const isTest = path.endsWith('.test.ts') || /\/testing\//.test(path);
  const problems = [];
  for (const match of readFileSync(file, 'utf8').matchAll(IMPORT)) {
    const specifier = match[1] ?? match[2] ?? match[3];
    if (specifier.startsWith('node:') && PURE.has(layer) && !isTest) {
      problems.push(`${path}: ${layer} is pure and may not import ${specifier}`);
    }
    const target = targetOf(root, file, specifier);
    if (target === undefined) continue;
    problems.push(...checkImport(path, target, isTest));
  }
  return problems;
}

function targetOf(root, file, specifier) {
  if (specifier.startsWith('#')) return specifier.slice(1);
  if (specifier.startsWith('.')) return relative(root, resolve(dirname(file), specifier));
  return undefined;
}

function checkImport(path, target, isTest) {
  const from = path.split('/')[0];
  const to = target.split('/')[0];
  if (from !== to && to in LAYERS) {
    const allowed = LAYERS[from];
    // Tests may reach up: a codec is tested with the real kinds, a controller with the real cluster.
    if (allowed !== '*' && !allowed.includes(to) && !isTest)
      return [`${path}: ${from} may not import ${to} (${target})`];
  }
  for (const folder of SEPARATE) {
    if (!path.startsWith(`${folder}/`) || !target.startsWith(`${folder}/`)) continue;
    const [own, other] = [path, target].map((each) => each.slice(folder.length + 1).split('/'));
    if (own.length < 2 || other.length < 2 || own[0] === other[0] || SHARED.has(other[0])) continue;
    if (!isTest) return [`${path}: members of ${folder} may not import each other (${target})`];
  }
  return [];
}

function* sourceFiles(folder) {
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) yield* sourceFiles(path);
    else if (entry.name.endsWith('.ts')) yield path;
  }
}
