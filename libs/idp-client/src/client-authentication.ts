import { randomUUID } from 'node:crypto';
import { importJWK, type JWK, SignJWT } from 'jose';
import { toBasicCredentials } from '#oidc';

/** How a client proves to its IdP who it is. */
export type ClientAuthentication =
  | {
      /** `_raw` sends id and secret as they are: some IdPs do not decode what RFC 6749 §2.3.1 encodes */
      readonly method: 'client_secret_basic' | 'client_secret_basic_raw' | 'client_secret_post';
      readonly secret: string;
    }
  | { readonly method: 'private_key_jwt'; /** private, with kid and alg */ readonly key: JWK };

const ASSERTION_LIFE_S = 60;

/**
 * Gives what a request to the token, revocation, introspection or pushed authorization endpoint needs beside its own
 * parameters.
 *
 * @see {@link https://openid.net/specs/openid-connect-core-1_0.html#ClientAuthentication OIDC Core 9}
 */
export async function authenticate(
  authentication: ClientAuthentication,
  client: { readonly issuer: string; readonly clientId: string; readonly now: Date },
): Promise<{
  readonly parameters: Readonly<Record<string, string>>;
  readonly headers: Readonly<Record<string, string>>;
}> {
  const { clientId } = client;
  switch (authentication.method) {
    case 'client_secret_basic':
      return { parameters: {}, headers: { authorization: toBasicCredentials(clientId, authentication.secret) } };
    case 'client_secret_basic_raw': {
      const credentials = Buffer.from(`${clientId}:${authentication.secret}`).toString('base64');
      return { parameters: {}, headers: { authorization: `Basic ${credentials}` } };
    }
    case 'client_secret_post':
      return { parameters: { client_id: clientId, client_secret: authentication.secret }, headers: {} };
    case 'private_key_jwt':
      return {
        parameters: {
          client_id: clientId,
          client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
          client_assertion: await clientAssertion(authentication.key, client),
        },
        headers: {},
      };
  }
}

/** The audience is the issuer: what a token endpoint's name would be, another endpoint could pass on. */
async function clientAssertion(
  jwk: JWK,
  { issuer, clientId, now }: { readonly issuer: string; readonly clientId: string; readonly now: Date },
): Promise<string> {
  const { alg = 'RS256', kid = '' } = jwk;
  const issuedAtS = Math.floor(now.getTime() / 1000);
  return new SignJWT({})
    .setProtectedHeader({ alg, kid, typ: 'JWT' })
    .setIssuer(clientId)
    .setSubject(clientId)
    .setAudience(issuer)
    .setJti(randomUUID())
    .setIssuedAt(issuedAtS)
    .setExpirationTime(issuedAtS + ASSERTION_LIFE_S)
    .sign(await importJWK(jwk, alg));
}
