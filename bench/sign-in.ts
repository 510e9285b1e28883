import type { ScriptedIdp } from '../test/support/scripted-idp.js';
import { Visitor } from '../test/support/visitor.js';
import { PERSON } from './stack.js';

/** Signs one browser in by the whole flow, and gives its cookies as a header. */
export async function signIn(
  idp: ScriptedIdp,
  sub: string,
  at: { readonly login: string; readonly callback: string },
): Promise<string> {
  const visitor = new Visitor();
  const { location, status, text } = await visitor.get(at.login);
  if (location === undefined) throw new Error(`the sign-in began with ${status} ${text}`);
  const nonce = location.searchParams.get('nonce') ?? '';
  const aud = location.searchParams.get('client_id') ?? '';
  idp.token = async () => ({
    status: 200,
    body: {
      id_token: await idp.sign({ aud, nonce, sub, sid: `idp-${sub}`, ...PERSON }),
      ...{ access_token: 'an-access-token', token_type: 'Bearer', expires_in: 3_600, refresh_token: 'a-refresh-token' },
    },
  });
  const state = location.searchParams.get('state') ?? '';
  const answer = new URLSearchParams({ code: 'a-code', state, iss: idp.issuer });
  const seen = await visitor.get(`${at.callback}?${answer.toString()}`);
  if (seen.status >= 400) throw new Error(`the sign-in ended with ${seen.status} ${seen.text}`);
  return visitor.jar.getCookieString(at.login);
}
