import type { ProbeMethod } from '#session';

/** The ways to ask that an experiment tries, the preferred first. */
export const ways = ['introspect_refresh_token', 'introspect_access_token', 'userinfo', 'refresh'] as const;

/** A method, and the token that it asks about. */
export type Way = (typeof ways)[number];

/** One value for each way. */
export type EachWay<T> = Readonly<Record<Way, T>>;

interface Meaning {
  readonly words: string;
  readonly method: ProbeMethod;
  readonly asksAbout: 'refresh_token' | 'access_token';
}

const meanings: EachWay<Meaning> = {
  introspect_refresh_token: {
    ...{ words: 'introspect the refresh token', method: 'introspect', asksAbout: 'refresh_token' },
  },
  introspect_access_token: {
    ...{ words: 'introspect the access token', method: 'introspect', asksAbout: 'access_token' },
  },
  userinfo: { words: 'userinfo', method: 'userinfo', asksAbout: 'access_token' },
  refresh: { words: 'refresh', method: 'refresh', asksAbout: 'refresh_token' },
};

/** Gives what a way is called, its method, and the token that it needs. */
export function meaningOf(way: Way): Meaning {
  return meanings[way];
}

/** Makes one value for each way. */
export function eachWay<T>(make: (way: Way) => T): EachWay<T> {
  return Object.fromEntries(ways.map((way) => [way, make(way)])) as Record<Way, T>;
}
