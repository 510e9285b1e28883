import { decodeProtectedHeader } from 'jose';

/**
 * Gives the `typ` of a JWT in lower case, without `application/`; undefined when it has none or is no JWT at all. A `typ`
 * that is no text is given as JSON, so that it is of no type that anybody expects.
 */
export function tokenTypeOf(jwt: string): string | undefined {
  try {
    const typ: unknown = decodeProtectedHeader(jwt).typ;
    if (typ === undefined) return undefined;
    return typeof typ === 'string' ? typ.toLowerCase().replace(/^application\//, '') : JSON.stringify(typ);
  } catch {
    return undefined; // the verification that follows says what is wrong with it
  }
}
