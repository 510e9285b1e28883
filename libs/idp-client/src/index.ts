export { IdpClient } from './idp-client.js';
export type { IdpClientOptions } from './idp-client.js';
export { clientKeys, clientOptionsOf } from './client-keys.js';
export { IdpError } from './errors.js';
export type { IdpErrorCode } from './errors.js';
