import type { IncomingHttpHeaders } from 'node:http';
import { z } from 'zod';

/** What a front-channel call says: which session of the IdP has ended, or only that one has. */
export type FrontchannelCall =
  { readonly kind: 'named'; readonly iss: string; readonly idpSid: string } | { readonly kind: 'unnamed' };

const Query = z.object({ iss: z.string().max(2048).optional(), sid: z.string().min(1).max(512).optional() });

/** Reads the query; undefined when it has one of `iss` and `sid` without the other, or one twice. */
export function readFrontchannelCall(query: unknown): FrontchannelCall | undefined {
  const parsed = Query.safeParse(query);
  if (!parsed.success) return undefined;
  const { iss, sid } = parsed.data;
  if (iss === undefined && sid === undefined) return { kind: 'unnamed' };
  if (iss === undefined || sid === undefined || sid.includes('\0')) return undefined;
  return { kind: 'named', iss, idpSid: sid };
}

/** Whether the browser says that a frame of the issuer's page asks. No page of another origin can make it say so. */
export function isFramedBy(issuer: string, headers: IncomingHttpHeaders): boolean {
  const { referer, 'sec-fetch-dest': destination } = headers;
  if (destination !== 'iframe' || referer === undefined || !URL.canParse(referer)) return false;
  return new URL(referer).origin === new URL(issuer).origin;
}
