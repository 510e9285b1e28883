import { randomBytes, randomInt } from 'node:crypto';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { exportJWK, generateKeyPair, type JWK } from 'jose';
import { Secret } from 'otpauth';

/** Someone whom the built-in identity provider knows. */
export interface Person {
  readonly sub: string;
  readonly login: string;
  readonly name: string;
  readonly email: string;
  readonly password: string;
  /** base32; who has one is asked for a code of an authenticator app too. Named as IDP_PEOPLE names it */
  readonly totp_secret?: string;
}

/** The confidential example clients, see example-clients.ts. */
export const confidentialExamples = ['strict-hint', 'conf', 'offline'] as const;
export type ConfidentialExample = (typeof confidentialExamples)[number];

/** Everything secret that one run of the demo uses; made anew each time. */
export interface Secrets {
  readonly operatorToken: string;
  /** for stopping and starting the demo's apps */
  readonly controlToken: string;
  readonly cookieKey: string;
  readonly clientSecret: string;
  readonly exampleClientSecrets: Readonly<Record<ConfidentialExample, string>>;
  readonly people: readonly Person[];
  /** `kid:base64` of 32 bytes: encrypts tokens in the hub's database */
  readonly tokenKeys: string;
  /** the same of the identity provider: encrypts signing keys and authenticator secrets in its database */
  readonly idpSecretKeys: string;
  /** private key (RS256) of the identity provider's ID tokens */
  readonly idpKey: JWK;
  /** private key (ES256) of the gateway's assertions */
  readonly assertionKey: JWK;
}

const adjectives =
  'amber brave calm dusty eager fuzzy gentle happy ivory jolly keen lucky misty noble quiet sunny'.split(' ');
const nouns =
  'acorn badger canyon dolphin ember falcon garden harbor island juniper kettle lantern meadow otter pebble willow'.split(
    ' ',
  );

/** Makes the secrets of one run. */
export async function createSecrets(): Promise<Secrets> {
  const [idpKey, assertionKey] = await Promise.all([createKey('RS256', 'idp-1'), createKey('ES256', 'gateway-1')]);
  return {
    operatorToken: randomText(),
    controlToken: randomText(),
    cookieKey: randomText(),
    clientSecret: randomText(),
    exampleClientSecrets: { 'strict-hint': randomText(), conf: randomText(), offline: randomText() },
    people: [createPerson('ana'), createPerson('ben'), { ...createPerson('cem'), totp_secret: new Secret().base32 }],
    tokenKeys: createEncryptionKey(),
    idpSecretKeys: createEncryptionKey(),
    idpKey,
    assertionKey,
  };
}

/**
 * Puts each text of `contents` into a file of its own under `dir`, readable by us alone, so that no key stands in
 * a process's environment or arguments.
 *
 * @returns the path of each file, under the same name
 */
export async function writeSecretFiles<Name extends string>(
  dir: string,
  contents: Readonly<Record<Name, string>>,
): Promise<(name: Name) => string> {
  await mkdir(dir, { recursive: true, mode: 0o700 });
  const pathOf = (name: string): string => join(dir, name);
  await Promise.all(
    Object.entries<string>(contents).map(([name, text]) => writeFile(pathOf(name), text, { mode: 0o600 })),
  );
  return pathOf;
}

const randomText = (): string => randomBytes(32).toString('base64url');
const createEncryptionKey = (): string => `demo-1:${randomBytes(32).toString('base64')}`;

function createPerson(login: string): Person {
  const name = login.charAt(0).toUpperCase() + login.slice(1);
  return { sub: `person-${login}`, login, name, email: `${login}@example.com`, password: readablePassword() };
}

/** Random, and easy to type from a screen. About 25 bits: enough for a loopback demo that lives for minutes. */
function readablePassword(): string {
  return `${pick(adjectives)}-${pick(nouns)}-${pick(nouns)}-${randomInt(1000, 10_000).toString()}`;
}

const pick = (words: readonly string[]): string => words[randomInt(words.length)] ?? '';

async function createKey(alg: string, kid: string): Promise<JWK> {
  const { privateKey } = await generateKeyPair(alg, { extractable: true });
  return { ...(await exportJWK(privateKey)), alg, kid, use: 'sig' };
}
