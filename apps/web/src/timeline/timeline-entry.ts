/** One thing that has happened, as the timeline shows it. Times are ISO 8601 with milliseconds, durations are milliseconds. */
export type TimelineEntry = { readonly id: number; readonly at: string } & (
  | {
      /** a browser was signed in at a front end, silently or not */
      readonly kind: 'opened';
      readonly sid: string;
      readonly sub: string;
      readonly frontEnd: string;
    }
  | {
      /** a page has told how its silent sign-in went */
      readonly kind: 'silent';
      readonly frontEnd: string;
      readonly outcome: string;
      readonly via: 'frame' | 'redirect';
      readonly tookMs?: number;
    }
  | {
      /** a page shows another state now */
      readonly kind: 'shown';
      readonly frontEnd: string;
      readonly status: 'signed_in' | 'signed_out';
      readonly sid?: string;
      readonly reason?: string;
    }
  | {
      /** the session-poller has asked the identity provider */
      readonly kind: 'probe';
      readonly sid: string;
      readonly sub: string;
      readonly verdict: 'active' | 'ended' | 'unknown';
      readonly reason?: string;
    }
  | {
      /** the fact, and the promise to tell it */
      readonly kind: 'ended';
      readonly sid: string;
      readonly sub: string;
      readonly cause: string;
      readonly eventId: string;
    }
  | {
      /** JetStream has taken the event */
      readonly kind: 'published';
      readonly sid: string;
      readonly eventId: string;
      /** since it ended */
      readonly tookMs: number;
    }
  | {
      /** a service has revoked its own sessions */
      readonly kind: 'receipt';
      readonly sid: string;
      readonly eventId: string;
      readonly service: string;
      readonly sessions: number;
      /** since it was published */
      readonly tookMs: number;
    }
  | {
      /** somebody has used the panel */
      readonly kind: 'panel';
      readonly deed: 'session_ended' | 'service_stopped' | 'service_started';
      readonly what: string;
      /** of a session: whether the identity provider tells the apps */
      readonly push?: boolean;
    }
);
