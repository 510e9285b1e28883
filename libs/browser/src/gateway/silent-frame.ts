import { askFrame, own } from '../hidden-frame.js';
import { type SilentReport, toOutcome } from '../outcome.js';
import { numberIn, textIn } from './answer.js';

/** Signs in silently in a hidden frame. The message says how it went, never who is there. @param base of the front end, without a slash at its end */
export async function silentFrame(base: string, timeoutMs: number, signal: AbortSignal): Promise<SilentReport> {
  const began = performance.now();
  const rid = crypto.getRandomValues(new Uint32Array(4)).join('-');
  const answer = await askFrame({
    url: `${base}/bff/silent-login?rid=${rid}`,
    origin: location.origin,
    timeoutMs,
    signal,
    read: (message) => readMessage(message, rid),
  });
  return {
    ...(answer === 'timeout' ? { outcome: answer } : answer),
    via: 'frame',
    tookMs: Math.round(performance.now() - began),
  };
}

/** Reads the gateway's message, of exactly this attempt. */
export function readMessage(
  message: unknown,
  rid: string,
): Pick<SilentReport, 'outcome' | 'reference' | 'retryAfterS'> | undefined {
  const isLoggedIn = own(message, 'isLoggedIn');
  const isOurs =
    own(message, 'source') === 'bff-silent-login' && own(message, 'v') === 1 && own(message, 'rid') === rid;
  if (!isOurs || typeof isLoggedIn !== 'boolean') return undefined;
  const said = toOutcome(own(message, 'error'));
  return {
    outcome: isLoggedIn ? 'signed_in' : said === 'signed_in' ? 'failed' : said,
    reference: textIn(message, 'correlationId'),
    retryAfterS: numberIn(message, 'retryAfterS'),
  };
}
