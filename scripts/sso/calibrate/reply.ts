import type { RefreshResponse } from '#oidc';
import { judgeRefresh, type ProbeOutcome, type RefreshOutcome } from '#session';
import { z } from 'zod';

/** What one answer says of the token that was asked about. `detail` never holds a token, nor anything else of a person. */
export interface Reply {
  readonly kind: 'active' | 'gone' | 'unknown' | 'not_possible';
  readonly detail: string;
}

type Answered = Extract<ProbeOutcome, { kind: 'answered' }>;

/** Whose tokens are asked about. */
export interface Whose {
  readonly clientId: string;
  readonly sub: string;
}

const Introspection = z.union([
  z.object({ active: z.literal(false) }),
  z.object({ active: z.literal(true), sub: z.string().optional(), client_id: z.string().optional() }),
]);
const UserInfo = z.object({ sub: z.string() });
const Refusal = z.object({
  error: z.string().regex(/^[\w.:/-]{1,64}$/),
  error_description: z.string().optional().catch(undefined),
});

/** Reads an introspection: only a well-formed answer about this very person and client is `active`. */
export function replyOfIntrospection(outcome: ProbeOutcome, whose: Whose): Reply {
  if (outcome.kind === 'unreachable') return { kind: 'unknown', detail: outcome.reason };
  if (outcome.status !== 200) return { kind: 'unknown', detail: refusalOf(outcome) };
  const read = Introspection.safeParse(outcome.body);
  if (!read.success) return { kind: 'unknown', detail: '200, without a readable "active"' };
  if (!read.data.active) return { kind: 'gone', detail: '200 active: false' };
  const { sub = whose.sub, client_id: clientId = whose.clientId } = read.data;
  if (sub !== whose.sub) return { kind: 'unknown', detail: '200 active: true, but of another sub' };
  if (clientId !== whose.clientId) return { kind: 'unknown', detail: '200 active: true, but of another client' };
  return { kind: 'active', detail: '200 active: true' };
}

/**
 * Reads an answer of the userinfo endpoint. A 401 counts only with the challenge that names the token.
 *
 * @see RFC 6750 §3.1
 */
export function replyOfUserinfo(outcome: ProbeOutcome, whose: Whose): Reply {
  if (outcome.kind === 'unreachable') return { kind: 'unknown', detail: outcome.reason };
  if (outcome.status === 401 && /\berror="?invalid_token"?/.test(outcome.challenge ?? ''))
    return { kind: 'gone', detail: '401 invalid_token' };
  if (outcome.status === 401) return { kind: 'unknown', detail: '401, without a challenge that says invalid_token' };
  if (outcome.status !== 200) return { kind: 'unknown', detail: refusalOf(outcome) };
  const read = UserInfo.safeParse(outcome.body);
  if (!read.success) return { kind: 'unknown', detail: '200, without a readable sub' };
  if (read.data.sub !== whose.sub) return { kind: 'unknown', detail: '200, but of another sub' };
  return { kind: 'active', detail: '200 with the sub' };
}

/** Reads the answer to a refresh token, and gives the tokens that came. */
export function replyOfRefresh(outcome: RefreshOutcome): {
  readonly reply: Reply;
  readonly response: RefreshResponse | undefined;
} {
  const verdict = judgeRefresh(outcome);
  if (verdict.kind === 'tokens')
    return { reply: { kind: 'active', detail: '200 with tokens' }, response: verdict.response };
  const detail = outcome.kind === 'answered' ? refusalOf(outcome) : outcome.reason;
  return { reply: { kind: verdict.kind === 'refused' ? 'gone' : 'unknown', detail }, response: undefined };
}

/** The status, the OAuth error, and a code within its description such as Entra's `AADSTS50173`; nothing else of it. */
function refusalOf({ status, body }: Pick<Answered, 'status' | 'body'>): string {
  const refusal = Refusal.safeParse(body);
  if (!refusal.success) return `${status} without an error code`;
  const { error, error_description: description = '' } = refusal.data;
  const [code] = /\b[A-Z]{3,10}\d{4,8}\b/.exec(description) ?? [];
  return code === undefined ? `${status} ${error}` : `${status} ${error} (${code})`;
}
