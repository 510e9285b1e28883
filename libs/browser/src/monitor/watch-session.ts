import { isWeb } from '../hidden-frame.js';
import { type TalkingFrame, talkingFrame } from './talking-frame.js';

/** What to watch, and what to do when it changes. */
export interface WatchOptions {
  /** `check_session_iframe` of the identity provider's metadata */
  readonly checkSessionIframe: string;
  readonly clientId: string;
  /** `session_state` of the latest answer of the authorization endpoint */
  readonly sessionState: string;
  /**
   * Asks the identity provider with `prompt=none` what has changed, and gives the `session_state` of its answer; an error may bring one too.
   * `undefined` ends the watch: there is nothing to compare with. When it rejects, nothing has been learnt: it is called again a minute later.
   */
  readonly onChanged: () => Promise<string | undefined>;
  /**
   * The watch has ended by itself: the frame calls the newest state changed at once. It does so where the browser hides its cookies from
   * it, and would for ever.
   */
  readonly onBlind?: () => void;
  /** how often the frame is asked, in seconds: default 5. It costs no request. */
  readonly everyS?: number;
}

/** Ends a watch. */
export interface SessionWatch {
  /** Removes the frame; nothing is called after that. */
  readonly stop: () => void;
}

const LATER_MS = 60_000;

/**
 * Watches the session at the identity provider by its own frame, without a request. `changed` asks once, `error` never does, and silence says nothing.
 *
 * @throws TypeError when `checkSessionIframe` is no address of the web
 * @throws RangeError when `everyS` is less than 1, or more than a day
 * @see OpenID Connect Session Management 1.0 §3.1, §5.1
 */
export function watchSession(options: WatchOptions): SessionWatch {
  const { checkSessionIframe, clientId, onChanged, onBlind, everyS = 5 } = options;
  if (!isWeb(checkSessionIframe)) throw new TypeError('checkSessionIframe: give an http(s) address');
  if (!(everyS >= 1 && everyS <= 86_400)) throw new RangeError('everyS: 1 to 86400');
  let frame: TalkingFrame | undefined;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let stopped = false;
  const pause = () => {
    clearInterval(timer);
    frame?.close();
  };
  const stop = () => {
    stopped = true;
    pause();
  };
  /** `news`: the state has just been brought, and is true unless the frame is blind. Each state has a frame: answers can't be mixed up. */
  const watch = (state: string, news: boolean) => {
    if (stopped) return;
    let isNews = news;
    const hear = (word: unknown) => {
      if (word === 'unchanged') isNews = false;
      if (word !== 'changed') return;
      (isNews ? stop : pause)();
      if (isNews) onBlind?.();
      else void ask(state);
    };
    const look = () => {
      talking.say(`${clientId} ${state}`);
    };
    const talking = talkingFrame(checkSessionIframe, look, hear);
    frame = talking;
    timer = setInterval(look, everyS * 1000);
  };
  const ask = async (state: string) => {
    try {
      const next = await onChanged();
      if (next === undefined) stop();
      else watch(next, true);
    } catch {
      if (!stopped) timer = setTimeout(watch, LATER_MS, state, false);
    }
  };
  watch(options.sessionState, false);
  return { stop };
}
