import type { Session } from '#browser';

type Told =
  | { readonly kind: 'silent'; readonly outcome: string; readonly via: string; readonly tookMs?: number }
  | { readonly kind: 'shown'; readonly status: string; readonly sid?: string; readonly reason?: string };

/** Tells the web server, for its timeline, what this page shows and how its silent sign-ins went. That it can't changes nothing. */
export function tellOf(session: Session): void {
  let { silent, status, sid } = {
    silent: session.state.silent,
    status: 'unknown',
    sid: undefined as string | undefined,
  };
  if (silent !== undefined) tell({ kind: 'silent', ...told(silent) });
  const look = (): void => {
    const { state } = session;
    if (state.silent !== undefined && state.silent !== silent) tell({ kind: 'silent', ...told(state.silent) });
    silent = state.silent;
    if (state.status === 'unknown' || (state.status === status && state.user?.sid === sid)) return;
    const about = state.user?.sid ?? sid;
    status = state.status;
    sid = state.user?.sid;
    tell({
      ...{ kind: 'shown', status },
      ...(about === undefined ? {} : { sid: about }),
      ...(state.reason === undefined ? {} : { reason: state.reason }),
    });
  };
  session.subscribe(look);
  look();
}

const told = ({ outcome, via, tookMs }: NonNullable<Session['state']['silent']>) => ({
  ...{ outcome, via },
  ...(tookMs === undefined ? {} : { tookMs: Math.round(tookMs) }),
});

function tell(what: Told): void {
  const headers = { 'content-type': 'application/json', 'x-csrf': '1' };
  fetch('/told', { method: 'POST', headers, body: JSON.stringify(what), keepalive: true }).catch(() => undefined);
}
