import { YamlDocuments, type YamlNode } from './yaml-nodes.ts';
import { YamlValues } from './yaml-values.ts';

/** A document as JSON data that the caller owns. */
export interface YamlDocument {
  readonly value: unknown;
  /** What a strict reader says of keys that are there twice; the last one wins. */
  readonly problems: readonly string[];
}

/** Reads all documents of a YAML text; empty ones are left out. Throws `DecodeError`. */
export function parseYamlDocuments(text: string): YamlDocument[] {
  const documents = new YamlDocuments(text);
  const read: YamlDocument[] = [];
  for (let node = documents.next(); node !== undefined; node = documents.next()) read.push(readDocument(node));
  return read.filter(({ value }) => value !== null);
}

/** Reads the first document of a YAML text, whatever comes after it; null when it is empty. */
export function parseYaml(text: string): YamlDocument {
  const node = new YamlDocuments(text).next();
  return node === undefined ? { value: null, problems: [] } : readDocument(node);
}

function readDocument(node: YamlNode): YamlDocument {
  const values = new YamlValues();
  const value = values.value(node);
  const { duplicates } = values;
  const list = duplicates.map((line) => `\n  ${line}`).join('');
  return { value, problems: duplicates.length === 0 ? [] : [`yaml: unmarshal errors:${list}`] };
}
