import type { AdapterPayload } from 'oidc-provider';
import type { Prisma } from '../generated/client.js';
import { sha256 } from '../hashes.js';

/** Starts the name of a row that was found by something else than its id. No id of the engine holds a colon. */
const ROW_NAME = 'row:';

/** Gives the database key of an id. The ids of sessions, codes and tokens are bearer secrets, so only their hash is kept. */
export function storageKey(id: string): string {
  return sha256(id).toString('base64url');
}

/** Gives what stands in place of an unknown id, when a row was found by its uid. It opens nothing: only `keyOf` knows it. */
export function rowName(key: string): string {
  return `${ROW_NAME}${key}`;
}

/** Gives the database key of an id or a row's name. For deleting only: looking a row up by its name would let a copy of the database sign in. */
export function keyOf(idOrName: string): string {
  return idOrName.startsWith(ROW_NAME) ? idOrName.slice(ROW_NAME.length) : storageKey(idOrName);
}

/**
 * Gives `payload` as it may rest in the database: without the id itself, wherever the engine repeats it, and without the
 * session cookie's value that an interaction carries along.
 */
export function sealPayload(id: string, payload: AdapterPayload): Prisma.InputJsonObject {
  const sealed: Record<string, unknown> = { ...payload };
  delete sealed.jti;
  if (typeof sealed.returnTo === 'string') sealed.returnTo = withoutId(sealed.returnTo, id);
  if (payload.session !== undefined) sealed.session = { ...payload.session, cookie: undefined };
  return JSON.parse(JSON.stringify(sealed)) as Prisma.InputJsonObject;
}

/** Undoes `sealPayload` for whoever knows the id. */
export function openPayload(id: string, stored: Prisma.JsonValue, consumedAt: Date | null): AdapterPayload {
  const payload = stored as AdapterPayload;
  return {
    ...payload,
    jti: id,
    ...(payload.returnTo === undefined ? {} : { returnTo: payload.returnTo + id }),
    ...(consumedAt === null ? {} : { consumed: Math.floor(consumedAt.getTime() / 1000) }),
  };
}

/** An interaction's return address ends in its id: `<issuer>/authorize/<id>`. */
function withoutId(returnTo: string, id: string): string {
  if (!returnTo.endsWith(id)) throw new Error('an interaction must return to an address that ends in its id');
  return returnTo.slice(0, -id.length);
}
