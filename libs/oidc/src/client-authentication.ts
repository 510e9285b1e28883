/**
 * Gives the value of an `Authorization` header for `client_secret_basic`: id and secret form-encoded, then Base64.
 *
 * @see {@link https://www.rfc-editor.org/rfc/rfc6749 RFC 6749} §2.3.1
 */
export function toBasicCredentials(clientId: string, clientSecret: string): string {
  const encode = (text: string) => new URLSearchParams({ v: text }).toString().slice(2);
  return `Basic ${Buffer.from(`${encode(clientId)}:${encode(clientSecret)}`).toString('base64')}`;
}
