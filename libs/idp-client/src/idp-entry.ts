import { httpOrigin, secretPlace } from '#config';
import { issuerProfileNames, probeMethods } from '#session';
import { z } from 'zod';
import { adminApiEntry } from './admin-api-entry.js';
import { Client } from './client-entry.js';
import { ssfPollEntry } from './ssf-poll-entry.js';

const seconds = z.number().positive();

const Ssf = z.strictObject({
  transmitter: z.url().describe('issuer of the security event tokens'),
  jwksUri: z.url().optional().describe('where its keys are; default: from its discovery document'),
  audience: z.string().min(1).describe('who we are in `aud`'),
  authorization: secretPlace.optional().describe('what the Authorization header of a push must be, whole'),
  poll: ssfPollEntry
    .optional()
    .describe('the session-poller fetches the events (RFC 8936) and keeps the stream; off unless named'),
});

const Probe = z.strictObject({
  method: z
    .enum(probeMethods)
    .optional()
    .describe("how the session-poller asks about a session; default: the profile's"),
  confirm: z
    .enum(probeMethods)
    .optional()
    .describe('how a weak "ended" is confirmed: none is by the same method, 10 to 15 s later; default: the profile\'s'),
  token: z
    .enum(['refresh_token', 'access_token'])
    .optional()
    .describe("which token introspection asks about, where there are both; default: the profile's"),
  intervalS: seconds
    .optional()
    .describe("between two probes of one session, ± 20 %; default: 900, or the profile's shortest if that is longer"),
  unsafeIntervalS: seconds
    .optional()
    .describe("in place of intervalS, also under the profile's shortest; for tests and demonstrations"),
  allowKeepalive: z.boolean().default(false).describe('permits a method that keeps the IdP session from idling out'),
  sleepAfterS: seconds
    .default(3600)
    .describe('a session that nobody has used for so long is not asked about until it is used again'),
  maxPerS: z.number().positive().max(100_000).default(20).describe('probes in a second, of all pollers together'),
  concurrency: z.number().int().min(1).max(1024).default(16).describe('probes under way at once, in each poller'),
  client: Client.optional().describe('a client of its own for introspection, with no other right'),
  canarySub: z
    .string()
    .min(1)
    .optional()
    .describe(
      'a synthetic person whom you sign in every few minutes: that her newest session is active shows that asking works',
    ),
  maxUnknownS: seconds
    .optional()
    .describe(
      'a session that nobody could tell about for longer may be used only after a silent sign-in; default: nothing but its own expiry bounds it',
    ),
  grantGoneIsLogout: z
    .boolean()
    .default(false)
    .describe('a refresh token that is refused ends the session, also where tokens do not end with the IdP session'),
  heldSessions: z
    .enum(['keep', 'reauthenticate'])
    .default('keep')
    .describe('what a session may do that the brake holds: go on, or only after a silent sign-in'),
});

/** One IdP, as one of its clients: the part of the configuration that gateway and session-poller share. */
export const idpEntry = z.strictObject({
  issuer: z
    .url({ protocol: /^https?$/ })
    .describe('issuer identifier, exactly as the discovery document writes it, trailing slash included'),
  profile: z
    .enum(issuerProfileNames)
    .default('generic')
    .describe('what kind of IdP it is: how it may be asked about sessions; generic is never asked, only push tells'),
  internalOrigin: httpOrigin
    .optional()
    .describe(
      "origin for server-to-server requests in place of the issuer's, such as http://idp:3000 inside a cluster",
    ),
  unsafePlainHttp: z
    .boolean()
    .default(false)
    .describe('permits plain http to an IdP on another machine; for closed test networks only'),
  client: Client,
  algorithm: z
    .enum(['RS256', 'PS256', 'ES256', 'EdDSA'])
    .default('RS256')
    .describe('the one algorithm that ID tokens and logout tokens are signed with'),
  par: z
    .enum(['auto', 'always', 'never'])
    .default('auto')
    .describe('pushed authorization requests (RFC 9126): auto uses them where the IdP offers them'),
  endpoints: z
    .strictObject({
      introspection: z.url().describe('where tokens are asked about (RFC 7662)'),
      revocation: z.url().describe('where tokens are revoked (RFC 7009)'),
      endSession: z.url().describe('where a browser goes to end the IdP session'),
    })
    .partial()
    .default({})
    .describe('endpoints that the discovery document does not name'),
  tokensEndWithSession: z
    .boolean()
    .optional()
    .describe(
      "the IdP's tokens stop to be active when its session ends; then an active token contradicts a `login_required`, and one that is not is a sign of the end; default: the profile's",
    ),
  sessionLifetimeS: seconds
    .optional()
    .describe(
      'how long a session of the IdP lives at most after the person authenticated (`auth_time`): sessions here end by then too; `session_expiry` of the ID token counts without it',
    ),
  refreshTokens: z
    .enum(['rotate', 'stay'])
    .default('rotate')
    .describe(
      'whether a refresh gives another refresh token: after a lost answer only one that stays may be sent again',
    ),
  revokeOnLogout: z
    .boolean()
    .default(true)
    .describe('revoke the refresh token at sign-out, after the session has ended here'),
  logoutTokens: z
    .strictObject({
      requireType: z.boolean().default(false).describe('refuse logout tokens without `typ: logout+jwt`'),
      allowNoExpiry: z
        .boolean()
        .default(false)
        .describe(
          'take logout tokens without `exp`, from IdPs older than the errata; `iat` must be of the last 2 minutes',
        ),
    })
    .prefault({}),
  probe: Probe.prefault({}),
  adminApi: adminApiEntry
    .optional()
    .describe("the IdP's own API of sessions, for the session-poller: with it, probe.method is admin-api by default"),
  ssf: Ssf.optional().describe('take security event tokens by push (RFC 8935), and by poll where `poll` is named'),
  globalTokenRevocation: z
    .strictObject({ authorization: secretPlace.describe('bearer token that the caller must have') })
    .optional()
    .describe('take Global Token Revocation requests; a draft, so off unless named'),
});
export type IdpEntry = z.output<typeof idpEntry>;

/** What IdPs, services and the like are called in the configuration. */
export const entryName = z.string().regex(/^[a-z][a-z0-9-]*$/, 'must be made of a-z, 0-9 and -');

/** The IdPs by their names. */
export const idpEntries = z.record(entryName, idpEntry).refine((idps) => Object.keys(idps).length > 0, 'names nothing');
