import { secretPlace } from '#config';
import { z } from 'zod';
import { Client } from './client-entry.js';

/** How security events are fetched from their transmitter (RFC 8936). Times in seconds. */
export const ssfPollEntry = z.strictObject({
  authorization: secretPlace.optional().describe("bearer token for the transmitter's API; in place of `client`"),
  client: Client.optional().describe("client that gets tokens for the transmitter's API (client credentials)"),
  tokenEndpoint: z.url().optional().describe("where `client` gets its tokens; default: the IdP's token endpoint"),
  scope: z.string().min(1).default('ssf.manage ssf.read').describe('what `client` asks for'),
  stream: z
    .string()
    .min(1)
    .max(512)
    .default('create')
    .describe('id of a stream that is there; `create` uses the one for our audience, and makes it where there is none'),
  maxEvents: z.number().int().min(1).max(100).default(25).describe('events in one answer'),
  everyS: z
    .number()
    .positive()
    .default(15)
    .describe('between two polls where the transmitter does not hold an empty one open'),
  verifyEveryS: z
    .number()
    .positive()
    .max(3600)
    .default(1800)
    .describe('how often the transmitter must show that events come through; at most 3600'),
});
export type SsfPollEntry = z.output<typeof ssfPollEntry>;
