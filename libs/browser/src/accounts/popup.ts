import { type Answer, type AuthorizationRequest, prepare, readMessage } from '../direct/authorize.js';
import { listen } from '../hidden-frame.js';
import type { Provider } from '../direct/provider.js';
import type { PopupFault } from './options.js';

const LOOK_MS = 400;

/** Opens an empty popup. It must be called in a gesture of the person, before anything is waited for. */
export const openPopup = (): Window | null => open('', '_blank', 'popup,width=480,height=680');

/** Lets the person sign in in the popup, and waits as long as that takes. Closes it when it is over. */
export async function authorizeInPopup(
  popup: Window,
  provider: Provider,
  request: AuthorizationRequest,
): Promise<Answer | PopupFault> {
  const { url, transaction } = await prepare(provider, request, 'web_message');
  const { origin } = new URL(url);
  return new Promise((resolve) => {
    const over = new AbortController();
    const finish = (answer: Answer | PopupFault) => {
      clearInterval(timer);
      over.abort();
      popup.close();
      resolve(answer);
    };
    let closed = 0;
    // it closes itself after its message, which may be on its way still
    const timer = setInterval(() => {
      if (popup.closed && closed++) finish('popup_closed');
    }, LOOK_MS);
    listen(
      origin,
      () => popup,
      over.signal,
      (message) => {
        const answer = readMessage(message, provider, transaction);
        if (answer) finish(answer);
      },
    );
    popup.location.replace(url);
  });
}
