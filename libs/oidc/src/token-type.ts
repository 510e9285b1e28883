import { decodeProtectedHeader } from 'jose';

/** Gives the `typ` of a JWT in lower case, without `application/`; undefined when it has none or is no JWT at all. */
export function tokenTypeOf(jwt: string): string | undefined {
  try {
    return decodeProtectedHeader(jwt)
      .typ?.toLowerCase()
      .replace(/^application\//, '');
  } catch {
    return undefined; // the verification that follows says what is wrong with it
  }
}
