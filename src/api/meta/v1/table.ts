import {
  enumeration,
  type Infer,
  int32,
  json,
  list,
  message,
  opt,
  rawExtension,
  req,
  string,
} from '#machinery/schema/schema.ts';
import { ListMeta } from './list-meta.ts';

export const TableColumnDefinition = message('io.k8s.apimachinery.pkg.apis.meta.v1.TableColumnDefinition', {
  name: req(0, string),
  type: req(0, string),
  format: req(0, string),
  description: req(0, string),
  priority: req(0, int32),
});
export interface TableColumnDefinition extends Infer<typeof TableColumnDefinition> {}

export const TableRowCondition = message('io.k8s.apimachinery.pkg.apis.meta.v1.TableRowCondition', {
  type: req(0, enumeration('Completed')),
  status: req(0, enumeration('True', 'False', 'Unknown')),
  reason: opt(0, string),
  message: opt(0, string),
});
export interface TableRowCondition extends Infer<typeof TableRowCondition> {}

export const TableRow = message('io.k8s.apimachinery.pkg.apis.meta.v1.TableRow', {
  cells: req(0, list(json)),
  conditions: opt(0, list(TableRowCondition)),
  object: opt(0, rawExtension),
});
export interface TableRow extends Infer<typeof TableRow> {}

export const Table = message('io.k8s.apimachinery.pkg.apis.meta.v1.Table', {
  kind: opt(0, string),
  apiVersion: opt(0, string),
  metadata: opt(0, ListMeta),
  columnDefinitions: req(0, list(TableColumnDefinition)),
  rows: req(0, list(TableRow)),
});
export interface Table extends Infer<typeof Table> {}

export const TableOptions = message('io.k8s.apimachinery.pkg.apis.meta.v1.TableOptions', {
  kind: opt(0, string),
  apiVersion: opt(0, string),
  includeObject: opt(1, enumeration('None', 'Metadata', 'Object')),
});
export interface TableOptions extends Infer<typeof TableOptions> {}
