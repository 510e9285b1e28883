import type { Logger } from '@nestjs/common';
import type { errors, KoaContextWithOIDC } from 'oidc-provider';
import type Provider from 'oidc-provider';

/** Answers that belong to every day: silent requests that need a page, and people who say no. */
const EVERYDAY = new Set([
  'login_required',
  'consent_required',
  'interaction_required',
  'account_selection_required',
  'access_denied',
]);

const LONGEST = 200;

/** Writes down what an operator acts on. Nothing per good request, no token. What has ended, `SessionEndings` says. */
export function logEvents(provider: Provider, logger: Logger): void {
  provider.on('server_error', (_ctx, error) => {
    logger.error('request.failed', error.stack);
  });
  // What an operator wants to see, for it is mostly a client that is set up wrongly.
  const refused = (at: string) => (ctx: KoaContextWithOIDC, error: errors.OIDCProviderError) => {
    if (!EVERYDAY.has(error.error)) logger.warn(refusalLine(at, ctx, error));
  };
  provider.on('authorization.error', refused('authorization'));
  provider.on('grant.error', refused('token'));
  provider.on('end_session.error', refused('end_session'));
  provider.on('introspection.error', refused('introspection'));
  provider.on('revocation.error', refused('revocation'));
}

/** Says who was refused and why. What came from outside stands in quotes, and not at length. */
export function refusalLine(
  at: string,
  { oidc }: Pick<KoaContextWithOIDC, 'oidc'>,
  { error, error_description: description, error_detail: detail }: errors.OIDCProviderError,
): string {
  const client: unknown = oidc.client?.clientId ?? oidc.params?.client_id;
  const redirect: unknown = error === 'invalid_redirect_uri' ? oidc.params?.redirect_uri : undefined;
  const parts = [`request.refused at=${at}`, `client=${quoted(client)}`, `error=${error}`];
  if (redirect !== undefined) parts.push(`redirect_uri=${quoted(redirect)}`);
  return [...parts, `reason=${quoted(detail ?? description)}`].join(' ');
}

function quoted(value: unknown): string {
  return JSON.stringify(typeof value === 'string' ? value.slice(0, LONGEST) : 'none');
}
