import type { Outcome } from '../outcome.js';
import { exclusively } from '../tabs.js';
import { authorizeInFrame } from './authorize.js';
import { accept, arm, change, end, type Here, lapse, providerOf, tell } from './here.js';
import type { Provider } from './provider.js';
import { redeemCode, refreshTokens, type Tokens } from './tokens.js';

/**
 * Why the provider is asked: the page opens (what another tab tells is as good), tokens are to be renewed (so is a token that was
 * told meanwhile), or somebody wants to know.
 */
export type Why = 'open' | 'renew' | 'check';

/** Another tab's answer is here by then, or there is none. */
const TELLING_MS = 30;
const RETRY_MS = 60_000;

/** Asks the provider without a page, one tab at a time. Never rejects. */
export async function silently(here: Here, why: Why): Promise<Outcome> {
  const started = performance.now();
  const { tokens } = here;
  here.lookedAt = Date.now();
  const outcome = await exclusively(
    here.name,
    async () => {
      const answer = await ask(here, why, tokens);
      await pause(); // what was told arrives before the next tab has its turn
      return answer;
    },
    here.over.signal,
    here.options.timeoutMs,
  ).catch((): Outcome => (here.over.signal.aborted ? 'suppressed' : 'timeout')); // closed, or another tab is stuck
  if (outcome === 'unavailable') {
    here.lookedAt = 0;
    if (here.tokens) arm(here, RETRY_MS);
  }
  change(here, { silent: { outcome, via: 'frame', tookMs: Math.round(performance.now() - started) } });
  return outcome;
}

const pause = () => new Promise((resolve) => setTimeout(resolve, TELLING_MS));

async function ask(here: Here, why: Why, before: Tokens | undefined): Promise<Outcome> {
  if (!navigator.onLine) return 'unavailable'; // a frame would wait in vain
  if (why === 'open') tell(here);
  const [provider] = await Promise.all([providerOf(here), why === 'open' && pause()]);
  if (why !== 'check' && here.tokens && here.tokens !== before) return 'signed_in';
  if (typeof provider === 'string') return provider;
  const { epoch } = here;
  const got = await (why === 'renew' ? renewed : framed)(here, provider);
  if (here.over.signal.aborted) return 'suppressed';
  if (epoch === here.epoch) return typeof got === 'string' ? judge(here, got) : accept(here, got);
  return here.states.view.status === 'unknown' ? ask(here, why, before) : 'suppressed'; // asked before the end: not about now
}

/** By refresh token where there is one. When it is worth nothing any more, the frame decides. */
async function renewed(here: Here, provider: Provider): Promise<Tokens | Outcome> {
  const { tokens, epoch, options } = here;
  if (tokens?.refreshToken) {
    const got = await refreshTokens(provider, options.clientId, tokens, options.timeoutMs);
    if (got !== 'failed' || epoch !== here.epoch) return got;
    here.tokens = { ...tokens, refreshToken: undefined };
  }
  return framed(here, provider);
}

async function framed(here: Here, provider: Provider): Promise<Tokens | Outcome> {
  const { options, over } = here;
  const answer = await authorizeInFrame(provider, options, options.timeoutMs, over.signal);
  const got = await redeemCode(provider, options.clientId, answer, options.timeoutMs);
  if (typeof got !== 'string') here.framesWork = true;
  else if (got === 'timeout' && !over.signal.aborted)
    console.warn(
      `session-sync: no answer. Are ${location.origin} an allowed web origin, ${options.redirectUri} a redirect URI?`,
    );
  return got;
}

/** Draws the conclusion from an outcome without tokens. Only a provider that sees its cookie can say that nobody is there. */
export function judge(here: Here, outcome: Outcome, seen = here.framesWork): Outcome {
  if (outcome === 'account_changed') return end(here, outcome);
  const { tokens, hasLapsed, states } = here;
  const isRefused = /_required|denied/.test(outcome);
  if (isRefused && !hasLapsed && states.view.status === 'unknown') change(here, { status: 'signed_out' });
  if (outcome === 'login_required' && seen && tokens) return end(here, outcome);
  if (isRefused && tokens?.expiresAt && !tokens.refreshToken) {
    const leftMs = tokens.expiresAt - Date.now();
    if (leftMs > 0) arm(here, leftMs);
    else lapse(here);
  }
  return outcome;
}
