import type { CertificateSigningRequest } from './certificate-signing-request.ts';

type Fields = Readonly<Record<string, (object: CertificateSigningRequest) => string>>;

/** What a field selector may ask of it, beside its name and namespace. */
export const certificateSigningRequestFields: Fields = { 'spec.signerName': ({ spec }) => spec.signerName };
