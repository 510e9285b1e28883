import { problem } from '#http';

/** One host that the gateway serves. */
export interface FrontEnd {
  /** as a browser writes it: `https://app.example.com` */
  readonly origin: string;
  readonly redirectUri: string;
}

/** The front ends of this gateway, found by the request's host. Nothing else is ever taken from the `Host` header. */
export class FrontEnds {
  private readonly byHost: ReadonlyMap<string, FrontEnd>;

  constructor(origins: readonly string[]) {
    this.byHost = new Map(
      origins.map((origin) => [new URL(origin).host, { origin, redirectUri: `${origin}/bff/callback` }]),
    );
  }

  /** Gives the front end that a request is for. @throws Problem 421 `unknown-host` */
  of(request: { readonly headers: { readonly host?: string | undefined } }): FrontEnd {
    const frontEnd = this.byHost.get(request.headers.host?.toLowerCase() ?? '');
    if (frontEnd === undefined)
      throw problem(421, 'unknown-host', 'No front end has this host', 'Add its origin to FRONT_ENDS.');
    return frontEnd;
  }
}
