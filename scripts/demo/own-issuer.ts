import { readFile } from 'node:fs/promises';
import { OidcError, parseProviderMetadata, type ProviderMetadata } from '#oidc';
import { issuerProfile, type IssuerProfileName } from '#session';
import { DemoFault, networkReason } from './demo-fault.js';
import { parseJson } from './json.js';
import type { OwnIssuer } from './options.js';

/** What the demo learned of a person's own identity provider. */
export interface ExaminedIssuer {
  /** what will not work, in plain sentences */
  readonly warnings: readonly string[];
}

const timeoutMs = 10_000;

/**
 * Fetches the identity provider's discovery document before anything is started.
 *
 * @throws DemoFault that says plainly what is wrong: unreachable, not JSON, another issuer, a missing endpoint
 * @see {@link https://openid.net/specs/openid-connect-discovery-1_0.html#ProviderConfig OIDC Discovery 4}
 */
export async function examineIssuer(own: Pick<OwnIssuer, 'issuer' | 'profile'>): Promise<ExaminedIssuer> {
  const { issuer } = own;
  const url = `${issuer.replace(/\/$/, '')}/.well-known/openid-configuration`;
  const response = await fetch(url, { signal: AbortSignal.timeout(timeoutMs) }).catch((cause: unknown) => {
    throw new DemoFault(
      `Your identity provider can't be reached from here (${networkReason(cause)}).`,
      [`asked: ${url}`],
      { cause },
    );
  });
  const text = await response.text();
  if (response.status !== 200) {
    const hint = 'The issuer is the part of that address before /.well-known; some products have a path in it.';
    throw new DemoFault(`Your identity provider has no discovery document there: status ${response.status}.`, [
      `asked: ${url}`,
      hint,
    ]);
  }
  const document = parseJson(text);
  if (document === undefined)
    throw new DemoFault(
      'What your identity provider answers is not JSON; perhaps a sign-in page or a proxy is in between.',
      [`asked: ${url}`, `it begins: ${text.slice(0, 80).replaceAll(/\s+/g, ' ')}`],
    );
  return judgeDocument(document, own, url);
}

function judgeDocument(
  document: unknown,
  { issuer, profile }: Pick<OwnIssuer, 'issuer' | 'profile'>,
  url: string,
): ExaminedIssuer {
  const named = issuerIn(document);
  if (named !== undefined && named !== issuer)
    throw new DemoFault(`The discovery document is of another issuer. Run the demo with --issuer ${named}`, [
      `you gave:  ${issuer}`,
      `it names:  ${named}`,
      'The two must be the same to the letter, also in a slash at the end.',
    ]);
  try {
    return { warnings: warningsOf(parseProviderMetadata(document, issuer), profile) };
  } catch (cause) {
    if (!(cause instanceof OidcError)) throw cause;
    throw new DemoFault(`Your identity provider can't be used: ${cause.message}.`, [`asked: ${url}`], { cause });
  }
}

function warningsOf(metadata: ProviderMetadata, profile: IssuerProfileName): readonly string[] {
  const { probe } = issuerProfile(profile);
  const warnings = [
    probe === 'none' &&
      `The profile ${profile} never asks: an ending is noticed only if your IdP sends a logout token.`,
    probe === 'introspect' &&
      metadata.introspectionEndpoint === undefined &&
      `It names no introspection endpoint, and the profile ${profile} asks by introspection: it can find out nothing.`,
    metadata.endSessionEndpoint === undefined &&
      'It names no end_session_endpoint: signing out at an app leaves the session at the IdP alive.',
  ];
  return warnings.filter((warning) => warning !== false);
}

function issuerIn(document: unknown): string | undefined {
  if (typeof document !== 'object' || document === null || !('issuer' in document)) return undefined;
  return typeof document.issuer === 'string' ? document.issuer : undefined;
}

/** Reads the client's secret. @throws DemoFault when there is none */
export async function readClientSecret({ clientSecretFile }: OwnIssuer): Promise<string> {
  const text = await readFile(clientSecretFile, 'utf8').catch((cause: unknown) => {
    throw new DemoFault(`The client secret can't be read from ${clientSecretFile} (${networkReason(cause)}).`, [], {
      cause,
    });
  });
  if (text.trim() === '') throw new DemoFault(`${clientSecretFile} holds no client secret.`);
  return text.trim();
}

/** Says what to register at the identity provider, line by line. */
export function registrationLines(
  { clientId, clientAuthMethod, scopes }: OwnIssuer,
  frontEnd: string,
  otherFrontEnd: string,
): string[] {
  return [
    `client id                  ${clientId}`,
    `client authentication      ${clientAuthMethod}`,
    `grant types                authorization_code, refresh_token`,
    `scopes                     ${scopes}`,
    `redirect URI               ${frontEnd}/bff/callback`,
    `  and for front end B      ${otherFrontEnd}/bff/callback`,
    `post-logout redirect URI   ${frontEnd}/bff/signed-out`,
    `  and for front end B      ${otherFrontEnd}/bff/signed-out`,
    `back-channel logout URI    ${frontEnd}/bff/backchannel   (only if the IdP can reach this machine)`,
  ];
}
