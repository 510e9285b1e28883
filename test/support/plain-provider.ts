import { createServer, type Server } from 'node:http';
import { exportJWK, generateKeyPair } from 'jose';
import Provider, { type Configuration } from 'oidc-provider';
import { freePort } from '../../scripts/stack/free-port.js';

/**
 * An IdP that is not ours: `oidc-provider` with next to nothing configured, its sessions in memory. It gives no refresh
 * tokens and no `sid`, and it signs everybody in as whoever the test says, without a page.
 */
export class PlainProvider {
  /** who comes to the sign-in page */
  visitor = 'ana';
  /** how often the sign-in page signed somebody in */
  signIns = 0;

  private constructor(
    readonly issuer: string,
    private readonly provider: Provider,
    private readonly server: Server,
  ) {}

  /** @param settings is laid over the little that is configured */
  static async start(
    redirectUris: (issuer: string) => readonly string[],
    settings: Configuration = {},
  ): Promise<PlainProvider> {
    const port = await freePort();
    const issuer = `http://localhost:${port}`;
    const { privateKey } = await generateKeyPair('RS256', { extractable: true });
    const jwk = { ...(await exportJWK(privateKey)), kid: 'plain', alg: 'RS256', use: 'sig' };
    const provider = new Provider(issuer, { ...configuration(jwk, redirectUris(issuer)), ...settings });
    const plain = new PlainProvider(issuer, provider, createServer());
    provider.use(async (ctx, next) => {
      if (!ctx.path.startsWith('/interaction/')) {
        await next();
        return;
      }
      const details = await provider.interactionDetails(ctx.req, ctx.res);
      if (details.prompt.name === 'login') plain.signIns += 1;
      const result =
        details.prompt.name === 'login'
          ? { login: { accountId: plain.visitor } }
          : { consent: { grantId: await grantFor(provider, details) } };
      await provider.interactionFinished(ctx.req, ctx.res, result, { mergeWithLastSubmission: true });
      ctx.respond = false;
    });
    const callback = provider.callback();
    plain.server.on('request', (request, response) => void callback(request, response));
    await new Promise<void>((resolve) => plain.server.listen(port, '127.0.0.1', resolve));
    return plain;
  }

  /** Ends the session that a browser has here, and tells nobody. */
  async endQuietly(sessionCookie: string): Promise<void> {
    await (await this.provider.Session.find(sessionCookie))?.destroy();
  }

  async stop(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }
}

async function grantFor(
  provider: Provider,
  details: Awaited<ReturnType<Provider['interactionDetails']>>,
): Promise<string> {
  const grant = new provider.Grant({
    accountId: details.session?.accountId ?? '',
    clientId: String(details.params.client_id),
  });
  grant.addOIDCScope('openid profile email');
  return grant.save();
}

function configuration(jwk: object, redirectUris: readonly string[]): Configuration {
  return {
    jwks: { keys: [jwk] },
    cookies: { keys: ['a cookie key of the test'], names: { session: 'plain_session' } },
    clients: [{ client_id: 'gateway', client_secret: 'secret-of-the-gateway', redirect_uris: [...redirectUris] }],
    features: { devInteractions: { enabled: false }, introspection: { enabled: true } },
    interactions: { url: (_, interaction) => `/interaction/${interaction.uid}` },
    claims: { openid: ['sub'], profile: ['name'], email: ['email'] },
    findAccount: (_, accountId) => ({ accountId, claims: () => ({ sub: accountId, name: accountId }) }),
    ttl: { Session: 3600, Grant: 3600, Interaction: 600, AccessToken: 600, IdToken: 600, AuthorizationCode: 60 },
  };
}
