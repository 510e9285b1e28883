import { secretPlace } from '#config';
import { adminApiKinds } from '#session';
import { z } from 'zod';
import { Client } from './client-entry.js';

/** A name as it stands in an answer, from the outside in: `page.items`. */
const member = z.string().regex(/^[^.\s]+(?:\.[^.\s]+)*$/, 'must be a name, or names with dots between');
const texts = z.array(z.string()).min(1);

/** Headers that say who asks or where to are not for a file to set. */
const HeaderName = z
  .string()
  .regex(/^(?!(?:authorization|cookie|host|content-length|connection)$)[a-z0-9-]+$/i, 'must be a header of the API');

const NOT_FOUND_STATUSES = 'must be 200, or a 4xx that speaks of the session: not 401, 403, 408, 425, 429';
const notFoundStatus = z
  .int()
  .refine(
    (status) => status === 200 || (status >= 400 && status < 500 && ![401, 403, 408, 425, 429].includes(status)),
    NOT_FOUND_STATUSES,
  );

/** An IdP's API of sessions: where it is, who asks, and for `http` what its answers look like. */
export const adminApiEntry = z.strictObject({
  kind: z.enum(adminApiKinds).describe('whose API it is; http: what path, answer and the like say'),
  base: z
    .url({ protocol: /^https?$/ })
    .regex(/^[^?#]*[^?#/]$/, 'must have no query, no fragment and no slash at its end')
    .describe(
      'where the API begins: https://host/admin/realms/name of Keycloak, https://tenant.auth0.com, https://name.okta.com',
    ),
  client: Client.optional().describe('asks for a token by the client credentials grant'),
  tokenEndpoint: z
    .url({ protocol: /^https?$/ })
    .optional()
    .describe("where client gets its token, and the audience of its private_key_jwt; default: the IdP's own"),
  audience: z.string().min(1).optional().describe('`audience` of that request: Auth0 wants https://tenant/api/v2/'),
  scope: z.string().min(1).optional().describe('`scope` of that request: Okta wants okta.sessions.read'),
  token: secretPlace.optional().describe('a token that stays, in place of client'),
  scheme: z
    .enum(['Bearer', 'SSWS', 'Basic'])
    .optional()
    .describe("what stands before token: SSWS for Okta's API tokens, Basic for id:secret in base64; default: Bearer"),
  headers: z
    .record(HeaderName, z.string())
    .default({})
    .describe('more headers, none of them secret: PingFederate wants X-XSRF-Header'),
  path: z
    .string()
    .regex(/^\/[^#\s]*$/, 'must begin with a slash')
    .regex(/\{(?:sub|sid)\}/, 'must have {sub} or {sid} in it, else it asks about nobody')
    .optional()
    .describe("follows base; {sub} and {sid} become the person and the IdP's id of the session"),
  answer: z.enum(['session', 'list']).optional().describe('one session, or all that the person has'),
  sessions: member.optional().describe('member that holds the session or the list; default: the whole answer'),
  id: member.optional().describe("member of a session: the IdP's id of it, as `sid` in ID tokens"),
  user: member.optional().describe('member of a session: the person, as `sub` in ID tokens'),
  expires: z.array(member).optional().describe('members of a session: its ends, ISO 8601 or seconds since 1970'),
  next: member.optional().describe('member that holds something while more pages follow: such a list is not believed'),
  found: z
    .strictObject({ member: member.describe('where it stands'), equals: texts.describe('one of these') })
    .optional()
    .describe('what an answer of status 200 must say to be one of a session'),
  notFound: z
    .strictObject({
      status: notFoundStatus.describe('status of such an answer'),
      member: member.describe('where its own words stand'),
      equals: texts.describe('one of these'),
    })
    .optional()
    .describe('how the API says that there is no such session; for every kind, in place of what is known of it'),
  foundMeans: z
    .enum(['active', 'ended'])
    .optional()
    .describe('ended: it is a list of endings, such as revoked sessions; default: active'),
});
export type AdminApiEntry = z.output<typeof adminApiEntry>;
