/** What one probe found. `error` means it could not tell; it counts as a failure. */
export interface ProbeOutcome {
  readonly result: 'success' | 'warning' | 'failure' | 'error';
  readonly output: string;
}

export const success = (output = ''): ProbeOutcome => ({ result: 'success', output });
export const warning = (output: string): ProbeOutcome => ({ result: 'warning', output });
export const failure = (output: string): ProbeOutcome => ({ result: 'failure', output });
export const errored = (output: string): ProbeOutcome => ({ result: 'error', output });
