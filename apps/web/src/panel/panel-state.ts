/** What the panel shows and offers. */
export interface PanelState {
  readonly frontEnds: readonly { readonly name: string; readonly origin: string }[];
  /** the built-in identity provider: whether it answers; `foreign` is somebody's own */
  readonly idp: 'here' | 'away' | 'foreign';
  /** sessions there; absent unless it is `here` */
  readonly idpSessions?: readonly IdpSession[];
  readonly services: readonly ServiceState[];
}

/** A session at the identity provider, as its operator sees it. */
export interface IdpSession {
  readonly id: string;
  readonly sub: string;
  readonly openedAt: string;
  /** the clients that were told of it */
  readonly clients: readonly string[];
}

/** A service that can be away. */
export interface ServiceState {
  readonly name: string;
  readonly state: 'ready' | 'not_ready' | 'stopped';
  /** what to type where the page can't stop or start it by itself */
  readonly commands?: { readonly stop: string; readonly start: string };
}
