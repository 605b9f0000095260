import type { Command } from 'commander';

/** Every flag of a command by its name, with its value as text: what stands there when nobody said anything, included. */
export function flagValues(command: Command): Record<string, string> {
  const values = command.opts<Record<string, unknown>>();
  return Object.fromEntries(
    command.options.map((option) => [option.name(), textOf(values[option.attributeName()], option.isBoolean())]),
  );
}

function textOf(value: unknown, isBoolean: boolean): string {
  if (value === undefined) return isBoolean ? 'false' : '';
  return Array.isArray(value) ? `[${value.join(',')}]` : String(value);
}
