import { StatusError } from '#machinery/errors/status-error.ts';
import { GROUP, pageForm } from './answer-form.ts';

/** As what a page is counted; group and version are '' for text, and for what is refused. */
export interface PageLabels {
  readonly group: string;
  readonly version: string;
  readonly resource: string;
  readonly isDeprecated: boolean;
}

const KINDS: ReadonlyMap<string, string> = new Map([
  ['/flagz', 'Flagz'],
  ['/statusz', 'Statusz'],
]);

/** Undefined for paths that are no pages. */
export function pageLabels(path: string, accept: string): PageLabels | undefined {
  const kind = KINDS.get(path);
  if (kind === undefined) return undefined;
  const version = versionOf(accept, kind);
  return { group: version && GROUP, version, resource: path.slice(1), isDeprecated: version === 'v1alpha1' };
}

function versionOf(accept: string, kind: string): string {
  try {
    const form = pageForm(accept, kind);
    return form.as === 'object' ? form.version : '';
  } catch (error) {
    // Who answers it tells the client.
    if (error instanceof StatusError) return '';
    throw error;
  }
}
