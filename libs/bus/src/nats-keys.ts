import { accessSync, constants } from 'node:fs';
import { z } from 'zod';
import { type AccessFault, faultsOf, type NatsServers } from './nats-access.js';
import { natsUrl } from './nats-url.js';

/** Accepts the path of a file that can be read now, and says so before anything is started. */
const readableFile = z.string().refine(canBeRead, { error: "names a file that can't be read" });

/** The configuration keys of whoever connects to NATS. Spread them into the schema of an app. */
export const natsKeys = {
  NATS_URL: natsUrl.describe(
    'NATS with JetStream: nats://user:password@host:4222, several separated by commas; tls:// for TLS',
  ),
  NATS_NKEY_FILE: readableFile
    .optional()
    .describe("file with the seed of this app's nkey (SU…), in place of user and password in NATS_URL"),
  NATS_CREDS_FILE: readableFile
    .optional()
    .describe("credentials file with this app's user JWT and seed, in place of user and password in NATS_URL"),
  NATS_CA_FILE: readableFile
    .optional()
    .describe("PEM file with the CA of the servers' certificates; makes TLS a must; default: the CAs that Node trusts"),
  NATS_CERT_FILE: readableFile
    .optional()
    .describe("PEM file with this app's client certificate, for servers that ask for one; with NATS_KEY_FILE"),
  NATS_KEY_FILE: readableFile.optional().describe('PEM file with the key of NATS_CERT_FILE'),
  NATS_INBOX_PREFIX: z
    .string()
    .optional()
    .describe(
      'where answers to this app go; default: _INBOX_ and the name of the app, which its permissions must allow',
    ),
};
type NatsKeys = z.infer<z.ZodObject<typeof natsKeys>>;

const KEY_OF: Readonly<Record<AccessFault['part'], keyof NatsKeys>> = {
  urls: 'NATS_URL',
  nkeySeedFile: 'NATS_NKEY_FILE',
  credsFile: 'NATS_CREDS_FILE',
  certFile: 'NATS_CERT_FILE',
  keyFile: 'NATS_KEY_FILE',
  inboxPrefix: 'NATS_INBOX_PREFIX',
};

/** Gives what the keys say as an access. What contradicts itself is refused by {@link refuseContradictions}. */
export function natsAccessOf(keys: NatsKeys): NatsServers {
  return {
    urls: keys.NATS_URL,
    nkeySeedFile: keys.NATS_NKEY_FILE,
    credsFile: keys.NATS_CREDS_FILE,
    inboxPrefix: keys.NATS_INBOX_PREFIX,
    tls: { caFile: keys.NATS_CA_FILE, certFile: keys.NATS_CERT_FILE, keyFile: keys.NATS_KEY_FILE },
  };
}

/** For `superRefine` of a schema with {@link natsKeys}: refuses keys that contradict one another, each by its name. */
export function refuseContradictions(
  keys: NatsKeys,
  context: { addIssue(issue: { code: 'custom'; path: string[]; message: string }): void },
): void {
  for (const { part, message } of faultsOf(natsAccessOf(keys)))
    if (part !== 'urls')
      // that key is refused by itself
      context.addIssue({ code: 'custom', path: [KEY_OF[part]], message });
}

function canBeRead(path: string): boolean {
  try {
    accessSync(path, constants.R_OK);
    return true;
  } catch {
    return false;
  }
}
