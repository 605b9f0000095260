import type { KubernetesObject } from '#api/resource-definition.ts';
import type { Random } from '#base/random.ts';
import type { Exchange } from '../http/exchange.ts';
import { warningHeaders } from '../http/warning-headers.ts';
import { wantsPretty } from '../serving/pretty.ts';
import { encodeObject } from '../serving/response-encoder.ts';
import { pageForm, pageMediaType, pageVersion } from './answer-form.ts';

/** A page about the server itself: the same as text and as an object. */
export interface Page {
  readonly path: string;
  readonly kind: string;
  /** The object, without what every object has. */
  readonly fields: () => object;
  /** What follows the head of the text; `between` stands between names and values. */
  readonly text: (between: string) => string;
}

const COMPONENT = 'apiserver';
const WARNING =
  'Warning: This endpoint is not meant to be machine parseable, has no formatting compatibility guarantees and is for debugging purposes only.';
/** Chosen by chance, so that nobody begins to parse the text. */
const BETWEEN = [':', ': ', '=', ' '];
const encoder = new TextEncoder();

/** Answers the pages, whatever the method. False for other paths. */
export function createPages(pages: readonly Page[], random: Random): (exchange: Exchange) => boolean {
  return (exchange) => {
    const page = pages.find(({ path }) => path === exchange.path);
    if (page === undefined) return false;
    const form = pageForm(exchange.header('accept'), page.kind);
    if (form.as === 'text') {
      const between = BETWEEN[Math.floor(random.next() * BETWEEN.length)] as string;
      const name = page.path.slice(1);
      const text = `\n${COMPONENT} ${name}\n${WARNING}\n${page.text(between)}`;
      exchange.respond(200, { 'content-type': 'text/plain; charset=utf-8' }, encoder.encode(text));
      return true;
    }
    const { encoding, version } = form;
    const identity = { kind: page.kind, apiVersion: pageVersion(version), metadata: { name: COMPONENT } };
    const body = encodeObject({ ...identity, ...page.fields() } as KubernetesObject, {
      form: { encoding, as: 'object', version: 'v1', mediaType: '' },
      pretty: encoding === 'json' && wantsPretty(exchange),
    });
    const headers = { 'content-type': pageMediaType(encoding, version, page.kind), ...deprecation(page, version) };
    exchange.respond(200, headers, body);
    return true;
  };
}

const deprecation = ({ path }: Page, version: string) =>
  version === 'v1alpha1'
    ? warningHeaders([`This version of the ${path.slice(1)} endpoint is deprecated. Please use a newer version.`])
    : {};
