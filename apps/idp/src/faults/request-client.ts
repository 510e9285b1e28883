import type { KoaContextWithOIDC } from 'oidc-provider';
import type Provider from 'oidc-provider';
import { readToken } from './spoil-token.js';

/**
 * Says which client a request seems to come from, before the engine has seen it and without any check. Reads the body of a
 * form, if it must, and leaves it where the engine finds it.
 */
export async function clientOf(ctx: KoaContextWithOIDC, provider: Provider): Promise<string | undefined> {
  const named = new URLSearchParams(ctx.querystring).get('client_id') ?? clientOfBasic(ctx.get('authorization'));
  if (named !== undefined) return named;
  const bearer = /^Bearer (.+)$/i.exec(ctx.get('authorization'))?.[1];
  if (bearer !== undefined) return (await provider.AccessToken.find(bearer))?.clientId;
  if (typeof ctx.is('application/x-www-form-urlencoded') !== 'string') return undefined;
  return clientOfForm(new URLSearchParams(await bodyOf(ctx)));
}

/** RFC 6749 §2.3.1: both halves are form-encoded. */
export function clientOfBasic(header: string): string | undefined {
  const credentials = /^Basic ([\w+/=-]+)$/i.exec(header)?.[1];
  if (credentials === undefined) return undefined;
  const [id = ''] = Buffer.from(credentials, 'base64').toString().split(':');
  return new URLSearchParams(`id=${id}`).get('id') ?? undefined;
}

/** A client that signs its own assertion (RFC 7523 §3) need not name itself beside it. */
export function clientOfForm(form: URLSearchParams): string | undefined {
  return form.get('client_id') ?? readToken(form.get('client_assertion') ?? '')?.claims.sub;
}

async function bodyOf({ req }: KoaContextWithOIDC): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of req) if (Buffer.isBuffer(chunk)) chunks.push(chunk);
  const body = Buffer.concat(chunks);
  Object.assign(req, { body }); // the engine takes it from there when it finds the stream read
  return body.toString();
}
