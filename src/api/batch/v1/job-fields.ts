import type { Job } from './job.ts';

type Fields = Readonly<Record<string, (object: Job) => string>>;

/** What a field selector may ask of it, beside its name and namespace. */
export const jobFields: Fields = { 'status.successful': ({ status }) => String(status?.succeeded ?? 0) };
