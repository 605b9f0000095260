/** What went wrong in a plugin, as people are told: led in by what was running. */
export function failureOf(running: string, error: unknown): Error {
  return new Error(`${running}: ${error instanceof Error ? error.message : String(error)}`, { cause: error });
}
