import { DecodeError } from './decode-error.ts';
import { MAX_DEPTH } from './json-syntax.ts';
import { YamlCursor, yamlFault } from './yaml-cursor.ts';
import type { YamlTag } from './yaml-tag-scanner.ts';
import { type YamlToken, YamlTokens, type YamlTokenType } from './yaml-tokens.ts';

/** A node of a document. `line` counts from one, tags are written out, a plain scalar has none. */
export type YamlNode = YamlScalar | YamlSequence | YamlMapping | YamlAlias;

export interface YamlScalar {
  readonly kind: 'scalar';
  readonly line: number;
  readonly value: string;
  readonly tag: string;
  /** Whether the value says itself what it is: neither quotes nor a tag do. */
  readonly isPlain: boolean;
}
export interface YamlSequence {
  readonly kind: 'sequence';
  readonly line: number;
  readonly items: YamlNode[];
}
export interface YamlMapping {
  readonly kind: 'mapping';
  readonly line: number;
  readonly pairs: (readonly [key: YamlNode, value: YamlNode])[];
}
export interface YamlAlias {
  readonly kind: 'alias';
  readonly line: number;
  readonly name: string;
  readonly node: YamlNode;
}

/** Where a node may stand. */
interface Place {
  readonly isBlock: boolean;
  /** Whether a sequence may begin without being further to the right, as it may as the value of a key. */
  readonly mayHang?: boolean;
}
const IN_BLOCK: Place = { isBlock: true };
const IN_MAPPING: Place = { isBlock: true, mayHang: true };
const IN_FLOW: Place = { isBlock: false };

const DEFAULT_TAGS: readonly (readonly [string, string])[] = [
  ['!', '!'],
  ['!!', 'tag:yaml.org,2002:'],
];
const OUTSIDE: readonly YamlTokenType[] = ['directive', '---', '...', 'end of stream'];

/** The documents of a YAML text, one by one: what is wrong behind one is not known before the next. Throws `DecodeError`. */
export class YamlDocuments {
  readonly #tokens: YamlTokens;
  #isFirst = true;
  #depth = 0;
  #anchors = new Map<string, YamlNode>();
  #tags = new Map<string, string>();

  constructor(text: string) {
    this.#tokens = new YamlTokens(new YamlCursor(text));
  }

  /** Undefined at the end. */
  next(): YamlNode | undefined {
    if (!this.#isFirst) while (this.#takes('...'));
    if (this.#type() === 'end of stream') return undefined;
    this.#anchors = new Map();
    this.#tags = new Map();
    const isBare = this.#isFirst && !OUTSIDE.slice(0, 2).includes(this.#type());
    this.#isFirst = false;
    this.#readDirectives();
    if (!isBare && !this.#takes('---')) throw this.#fault('did not find expected <document start>');
    const node = !isBare && OUTSIDE.includes(this.#type()) ? this.#nothing() : this.#node(IN_BLOCK);
    this.#takes('...');
    return node;
  }

  #type(): YamlTokenType {
    return this.#tokens.peek().type;
  }

  #isOneOf(...types: YamlTokenType[]): boolean {
    return types.includes(this.#type());
  }

  #takes(type: YamlTokenType): boolean {
    const isThere = this.#type() === type;
    if (isThere) this.#tokens.take();
    return isThere;
  }

  /** What is wrong with the next token. Upstream names the line before it, by a mistake that became a habit. */
  #fault(problem: string, { line } = this.#tokens.peek()): DecodeError {
    return yamlFault(problem, line);
  }

  #readDirectives(): void {
    let version: string | undefined;
    while (this.#type() === 'directive') {
      const { directive } = this.#tokens.peek();
      if ('version' in directive!) {
        if (version !== undefined) throw this.#fault('found duplicate %YAML directive');
        ({ version } = directive);
        if (version !== '1.1') throw this.#fault('found incompatible YAML document');
      } else {
        if (this.#tags.has(directive!.handle)) throw this.#fault('found duplicate %TAG directive');
        this.#tags.set(directive!.handle, directive!.prefix);
      }
      this.#tokens.take();
    }
    for (const [handle, prefix] of DEFAULT_TAGS) if (!this.#tags.has(handle)) this.#tags.set(handle, prefix);
  }

  #nothing({ line } = this.#tokens.peek()): YamlScalar {
    return { kind: 'scalar', line: line + 1, value: '', tag: '', isPlain: true };
  }

  #node(place: Place): YamlNode {
    if (++this.#depth > MAX_DEPTH) throw new DecodeError('exceeded max depth');
    const node = this.#type() === 'alias' ? this.#alias() : this.#content(place);
    this.#depth--;
    return node;
  }

  #alias(): YamlAlias {
    const { value: name = '', line } = this.#tokens.peek();
    const node = this.#anchors.get(name);
    if (node === undefined) throw yamlFault(`unknown anchor '${name}' referenced`);
    this.#tokens.take();
    return { kind: 'alias', line: line + 1, name, node };
  }

  #content({ isBlock, mayHang = false }: Place): YamlNode {
    const first = this.#tokens.peek();
    const { anchor, tag } = this.#properties();
    const { type, line, value = '', isPlain = false } = this.#tokens.peek();
    const at = first.line + 1;
    const named = <N extends YamlNode>(node: N): N => {
      if (anchor !== undefined) this.#anchors.set(anchor, node);
      return node;
    };
    const sequence = () => named<YamlSequence>({ kind: 'sequence', line: at, items: [] });
    const mapping = () => named<YamlMapping>({ kind: 'mapping', line: at, pairs: [] });
    if (mayHang && type === '-') return this.#hangingSequence(sequence());
    if (type === 'scalar') {
      this.#tokens.take();
      const isImplicit = tag === '!' || (tag === undefined && isPlain);
      return named({ kind: 'scalar', line: at, value, tag: tag ?? '', isPlain: isImplicit });
    }
    if (type === '[') return this.#flowSequence(sequence());
    if (type === '{') return this.#flowMapping(mapping());
    if (isBlock && type === 'sequence') return this.#blockSequence(sequence());
    if (isBlock && type === 'mapping') return this.#blockMapping(mapping());
    if (anchor === undefined && tag === undefined) throw yamlFault('did not find expected node content', line);
    return named({ kind: 'scalar', line: at, value: '', tag: tag ?? '', isPlain: tag === undefined });
  }

  /** An anchor and a tag, in either order. */
  #properties(): { anchor: string | undefined; tag: string | undefined } {
    let anchor: string | undefined;
    let token: YamlToken | undefined;
    if (this.#type() === 'anchor') anchor = this.#tokens.take().value;
    if (this.#type() === 'tag') {
      token = this.#tokens.take();
      if (this.#type() === 'anchor' && anchor === undefined) anchor = this.#tokens.take().value;
    }
    return { anchor, tag: token && this.#resolveTag(token.tag!, token) };
  }

  #resolveTag({ handle, suffix }: YamlTag, token: YamlToken): string {
    if (handle === '') return suffix;
    const prefix = this.#tags.get(handle);
    if (prefix === undefined) throw this.#fault('found undefined tag handle', token);
    return prefix + suffix;
  }

  #blockSequence(sequence: YamlSequence): YamlSequence {
    this.#tokens.take();
    while (this.#type() === '-') {
      const dash = this.#tokens.take();
      sequence.items.push(this.#isOneOf('-', 'end') ? this.#nothing(dash) : this.#node(IN_BLOCK));
    }
    if (!this.#takes('end')) throw this.#fault("did not find expected '-' indicator");
    return sequence;
  }

  /** A sequence as far to the left as the mapping whose value it is: nothing says where it ends. */
  #hangingSequence(sequence: YamlSequence): YamlSequence {
    while (this.#type() === '-') {
      const dash = this.#tokens.take();
      sequence.items.push(this.#isOneOf('-', '?', ':', 'end') ? this.#nothing(dash) : this.#node(IN_BLOCK));
    }
    return sequence;
  }

  #blockMapping(mapping: YamlMapping): YamlMapping {
    this.#tokens.take();
    const part = (mark: YamlToken) => (this.#isOneOf('?', ':', 'end') ? this.#nothing(mark) : this.#node(IN_MAPPING));
    while (this.#type() === '?') {
      const key = part(this.#tokens.take());
      mapping.pairs.push([key, this.#type() === ':' ? part(this.#tokens.take()) : this.#nothing()]);
    }
    if (!this.#takes('end')) throw this.#fault('did not find expected key');
    return mapping;
  }

  #flowSequence(sequence: YamlSequence): YamlSequence {
    this.#tokens.take();
    for (let isFirst = true; this.#type() !== ']'; isFirst = false) {
      if (!isFirst && !this.#takes(',')) throw this.#fault("did not find expected ',' or ']'");
      if (this.#type() === ']') break;
      sequence.items.push(this.#type() === '?' ? this.#pairInSequence() : this.#node(IN_FLOW));
    }
    this.#tokens.take();
    return sequence;
  }

  /** `[a: b]` is a mapping in a sequence. */
  #pairInSequence(): YamlMapping {
    const { line } = this.#tokens.take();
    // What ends an empty key is taken for the key: upstream's reader forgets it, too.
    const key = this.#isOneOf(':', ',', ']') ? this.#nothing(this.#tokens.take()) : this.#node(IN_FLOW);
    const hasValue = this.#takes(':') && !this.#isOneOf(',', ']');
    return { kind: 'mapping', line: line + 1, pairs: [[key, hasValue ? this.#node(IN_FLOW) : this.#nothing()]] };
  }

  #flowMapping(mapping: YamlMapping): YamlMapping {
    this.#tokens.take();
    for (let isFirst = true; this.#type() !== '}'; isFirst = false) {
      if (!isFirst && !this.#takes(',')) throw this.#fault("did not find expected ',' or '}'");
      if (this.#type() === '}') break;
      mapping.pairs.push(this.#takes('?') ? this.#flowPair() : [this.#node(IN_FLOW), this.#nothing()]);
    }
    this.#tokens.take();
    return mapping;
  }

  #flowPair(): readonly [YamlNode, YamlNode] {
    const key = this.#isOneOf(':', ',', '}') ? this.#nothing() : this.#node(IN_FLOW);
    const hasValue = this.#takes(':') && !this.#isOneOf(',', '}');
    return [key, hasValue ? this.#node(IN_FLOW) : this.#nothing()];
  }
}
