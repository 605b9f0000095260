import type { Exchange } from '../http/exchange.ts';
import type { ResourceTable } from '../resource-table.ts';

/** Serves `/openapi/v2` and `/openapi/v3`. */
export interface OpenApi {
  serve(exchange: Exchange, path: string): boolean;
}

export const createOpenApi = (_table: ResourceTable): OpenApi => ({ serve: () => false });
