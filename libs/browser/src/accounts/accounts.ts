import { type AccountClient, accountClient } from './account-client.js';
import { setOptedOut } from './opted-out.js';
import type { AccountsOptions } from './options.js';

/** A script knows only while it runs for the first time where it has come from; a module never does. */
const servedFrom = /* @__PURE__ */ (() => {
  const script = typeof document === 'undefined' ? undefined : (document.currentScript as HTMLScriptElement | null);
  return script?.src ? new URL('/', script.src).href : undefined;
})();

let current: AccountClient | undefined;

/** Sign-in with three calls: a callback gets a credential (an ID token), silently where the person allows it. */
export const accounts = {
  id: {
    /**
     * Sets up; called again, it starts anew. With `auto_select` it signs in silently, as soon as the page is looked at.
     *
     * @throws TypeError when it is not known which identity provider is meant
     */
    initialize(options: AccountsOptions): void {
      const issuer = options.issuer ?? servedFrom;
      if (!issuer) throw new TypeError('issuer: which identity provider?');
      current?.close();
      current = accountClient(options, issuer);
    },
    /**
     * Tells the credential that there is; where there is none, lets the person sign in in a popup. Call it in their click: browsers block
     * popups that nobody asked for.
     */
    prompt(): void {
      current?.prompt();
    },
    /** Signs in silently no more, on this site, until the person has signed in by {@link accounts.id.prompt}. Call it when they sign out. */
    disableAutoSelect(): void {
      setOptedOut(true);
      current?.forget();
    },
  },
} as const;
