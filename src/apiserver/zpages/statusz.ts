import type { Clock } from '#base/clock.ts';
import { versionInfo } from '../version.ts';
import type { Page } from './zpages.ts';

/** What a person who looks for what is wrong need not be told of. */
const NOT_FOR_DEBUGGING = new Set(['/apis', '/api', '/openid', '/openapi', '/.well-known']);

/** `/statusz`: which version this is, since when it runs, and where there is more to see. `paths` are those that are served. */
export function statusz(clock: Clock, paths: () => readonly string[]): Page {
  const startedMs = Math.floor(clock.now() / 1000 - process.uptime()) * 1000;
  const upSeconds = () => Math.max(0, Math.floor((clock.now() - startedMs) / 1000));
  const { gitVersion, goVersion, emulationMajor, emulationMinor } = versionInfo;
  const binaryVersion = /\d+\.\d+\.\d+/.exec(gitVersion)?.[0] ?? '';
  const emulationVersion = `${emulationMajor}.${emulationMinor}`;
  return {
    path: '/statusz',
    kind: 'Statusz',
    fields: () => ({
      startTime: new Date(startedMs).toISOString().replace('.000', ''),
      uptimeSeconds: upSeconds(),
      goVersion,
      binaryVersion,
      emulationVersion,
      paths: rootsOf(paths()),
    }),
    text: (between) => {
      const lines = [
        ['Started', unixDate(new Date(startedMs))],
        ['Up', uptime(upSeconds())],
        ['Go version', goVersion],
        ['Binary version', binaryVersion],
        ['Emulation version', emulationVersion],
        ['Paths', rootsOf(paths()).join(' ')],
      ];
      return `\n${lines.map(([name, value]) => `${name}${between} ${value}\n`).join('')}`;
    },
  };
}

function rootsOf(paths: readonly string[]): string[] {
  const roots = new Set(paths.map((path) => `/${path.split('/', 2)[1] ?? ''}`));
  return [...roots].filter((root) => root !== '/' && !NOT_FOR_DEBUGGING.has(root)).sort();
}

const twoDigits = (number: number) => String(number).padStart(2, '0');

const uptime = (seconds: number): string =>
  `${Math.floor(seconds / 3600)} hr ${twoDigits(Math.floor(seconds / 60) % 60)} min ${twoDigits(seconds % 60)} sec`;

/** As `date` writes it: `Mon Jan  2 15:04:05 UTC 2006`. */
function unixDate(date: Date): string {
  const [weekday, day, month, year, time] = date.toUTCString().replace(',', '').split(' ') as string[];
  return `${weekday} ${month} ${String(Number(day)).padStart(2)} ${time} UTC ${year}`;
}
