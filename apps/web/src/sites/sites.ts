import type { IncomingHttpHeaders } from 'node:http';

/** Whose request it is. */
export type Site =
  /** of a front end: it came through the gateway */
  | { readonly kind: 'front_end'; readonly name: string; readonly origin: string }
  /** of the timeline: it came straight from a browser that has its address */
  | { readonly kind: 'timeline'; readonly name: 'timeline'; readonly origin: string }
  | { readonly kind: 'nobody' };

/** What only a proxy writes. */
const FORWARDED = /^(?:forwarded|via|x-forwarded-.*)$/;

/**
 * The sites that this app serves, told apart by host. What came through a proxy is never the timeline's: its panel is not for
 * whoever reaches a front end.
 */
export class Sites {
  private readonly names: ReadonlyMap<string, string>;
  private readonly timelineHost: string;

  /** @param frontEnds origin by name */
  constructor(
    readonly frontEnds: ReadonlyMap<string, string>,
    readonly timeline: string,
  ) {
    this.names = new Map([...frontEnds].map(([name, origin]) => [origin, name]));
    this.timelineHost = new URL(timeline).host;
  }

  of(headers: IncomingHttpHeaders): Site {
    if (Object.keys(headers).some((name) => FORWARDED.test(name)))
      return this.named(`${String(headers['x-forwarded-proto'])}://${String(headers['x-forwarded-host'])}`);
    if (headers.host !== this.timelineHost) return { kind: 'nobody' }; // also whom DNS was made to lead here
    return { kind: 'timeline', name: 'timeline', origin: this.timeline };
  }

  /** Gives a front end's name, or the origin itself when it has none. */
  nameOf(origin: string): string {
    return this.names.get(origin) ?? origin;
  }

  private named(origin: string): Site {
    const name = this.names.get(origin);
    return name === undefined ? { kind: 'nobody' } : { kind: 'front_end', name, origin };
  }
}
