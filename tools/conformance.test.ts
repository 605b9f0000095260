import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const BEHAVIOURS = join(ROOT, 'test/conformance/behaviours.txt');
const SHARED = join(ROOT, '../shared/kubernetes-api/conformance-1.36.txt');
const PAGE = join(ROOT, 'docs/conformance.md');

interface Area {
  readonly sig: string;
  readonly name: string;
  readonly behaviours: readonly string[];
}

/** Reads the list: `=== sig (n) ===`, `-- area (n)`, then one behaviour a line. */
function readAreas(text: string): Area[] {
  const areas: (Area & { readonly behaviours: string[] })[] = [];
  let sig = '';
  for (const line of text.split('\n')) {
    const heading = /^=== (\S+) \(\d+\) ===$/.exec(line);
    const area = /^-- (.+) \(\d+\)$/.exec(line);
    if (heading) sig = heading[1]!;
    else if (area) areas.push({ sig, name: area[1]!, behaviours: [] });
    else if (line && !line.startsWith('#')) areas.at(-1)!.behaviours.push(line);
  }
  return areas;
}

const SUITE = /^describe\((['"])\[(?<sig>\S+)\] (?<area>.+)\1,/;
const TEST = /^ {2,4}test(?:\.skipIf\(\S+\))?\(\s*(?:(?<quote>['"`])(?<name>.+?)\k<quote>),/gm;

/** `sig / area / behaviour` of every test below test/conformance, with the file it is in. */
function readTests(): Map<string, string> {
  const tests = new Map<string, string>();
  const folder = join(ROOT, 'test/conformance');
  for (const path of readdirSync(folder, { recursive: true, encoding: 'utf8' }).sort()) {
    if (!path.endsWith('.test.ts')) continue;
    for (const suite of readFileSync(join(folder, path), 'utf8').split(/^(?=describe\()/m)) {
      const { sig, area } = SUITE.exec(suite)?.groups ?? {};
      if (!sig) continue;
      for (const { groups } of suite.matchAll(TEST)) {
        tests.set(`${sig} / ${area} / ${groups!['name']}`, relative(ROOT, join(folder, path)));
      }
    }
  }
  return tests;
}

const areas = readAreas(readFileSync(BEHAVIOURS, 'utf8'));
const tests = readTests();
const keyOf = ({ sig, name }: Area, behaviour: string) => `${sig} / ${name} / ${behaviour}`;
const isTested = (area: Area) => (behaviour: string) => tests.has(keyOf(area, behaviour));

const countIn = (of: readonly Area[]) => ({
  tested: of.reduce((sum, area) => sum + area.behaviours.filter(isTested(area)).length, 0),
  all: of.reduce((sum, area) => sum + area.behaviours.length, 0),
});

function renderSig(sig: string, own: readonly Area[]): string[] {
  const missing = own.flatMap((area) => {
    const left = area.behaviours.filter((behaviour) => !isTested(area)(behaviour));
    return left.length === 0 ? [] : ['', `${area.name}:`, '', ...left.map((each) => `- ${each}`)];
  });
  return missing.length === 0 ? [] : ['', `## ${sig}: not tested yet`, ...missing];
}

function render(): string {
  const sigs = [...new Set(areas.map(({ sig }) => sig))];
  const of = (sig: string) => areas.filter((area) => area.sig === sig);
  const row = (name: string, { tested, all }: ReturnType<typeof countIn>) => `| ${name} | ${tested} | ${all} |`;
  return [
    '# Conformance',
    '',
    'What a cluster must do to be called Kubernetes v1.36, and how much of it a test in this repository shows. The list is',
    '`test/conformance/behaviours.txt`; the tests lie in `test/conformance`, a folder for each group of interest, and are',
    'named as the behaviours are. This file is generated: `UPDATE_GOLDEN=1 npm test -- tools/conformance` writes it anew.',
    '',
    '| group | tested | behaviours |',
    '| --- | --- | --- |',
    ...sigs.map((sig) => row(sig, countIn(of(sig)))),
    row('all', countIn(areas)),
    ...sigs.flatMap((sig) => renderSig(sig, of(sig))),
    '',
  ].join('\n');
}

describe('docs/conformance.md', () => {
  test('tells what is tested and what is not', () => {
    if (process.env['UPDATE_GOLDEN']) writeFileSync(PAGE, render());
    expect(readFileSync(PAGE, 'utf8')).toBe(render());
  });

  test('knows every test of a behaviour by the name that the list gives it', () => {
    const known = new Set(areas.flatMap((area) => area.behaviours.map((behaviour) => keyOf(area, behaviour))));
    expect([...tests].filter(([key]) => !known.has(key))).toEqual([]);
  });

  test.skipIf(!existsSync(SHARED))('lists what the shared facts list (skipped where they are absent)', () => {
    expect(readFileSync(BEHAVIOURS, 'utf8')).toBe(readFileSync(SHARED, 'utf8'));
  });
});
