import type { IncomingMessage } from 'node:http';
import { problem } from '#http';
import type { FrontEnd } from './front-end.js';

/** What of a request says which front end it is for. */
type Addressed = Pick<IncomingMessage, 'url' | 'headers'>;

/** Where a request keeps its front end. A property of its own, since a WeakMap of all requests burdens each collection of garbage. */
const FOUND = Symbol('front end');
interface Marked {
  [FOUND]?: FrontEnd;
}

/** The front ends of this gateway, found by a request's host and path. Nothing else is ever taken from the `Host` header. */
export class FrontEnds {
  private readonly byHost: ReadonlyMap<string, readonly FrontEnd[]>;

  constructor(readonly all: readonly FrontEnd[]) {
    const byHost = new Map<string, FrontEnd[]>();
    for (const frontEnd of all)
      for (const host of hostsOf(frontEnd)) {
        const ofHost = [...(byHost.get(host) ?? []), frontEnd];
        byHost.set(
          host,
          ofHost.sort((a, b) => b.path.length - a.path.length),
        );
      }
    this.byHost = byHost;
  }

  /**
   * Finds the front end of a request as it comes off the wire, and gives the rest of the path, by which it is routed:
   * `/shop/bff/user` is `/bff/user` of the front end `/shop`. Keeps what it found for {@link of}. What it gives always
   * starts with a slash. A target that names a host itself is taken at its word (RFC 9112, 3.2.2).
   */
  route(request: Addressed): string {
    const { target } = addressOf(request);
    const frontEnd = this.keep(request, request);
    if (frontEnd === undefined) return target;
    const rest = target.slice(frontEnd.path.length);
    return rest.startsWith('/') ? rest : `/${rest}`;
  }

  /**
   * Finds the front end of the request that a proxy asks about, and keeps it for the proxy's own. For callers who know
   * that the proxy is to be believed.
   */
  keep(request: object, asked: Addressed): FrontEnd | undefined {
    const frontEnd = this.at(asked);
    if (frontEnd !== undefined) (request as Marked)[FOUND] = frontEnd;
    return frontEnd;
  }

  /** Gives the front end of a host and a target, if there is one. */
  at(asked: Addressed): FrontEnd | undefined {
    const { host, target } = addressOf(asked);
    return this.byHost.get(host)?.find(({ path }) => path === '' || isUnder(target, path));
  }

  /** Gives the front end that a request is for. @throws Problem 421 `unknown-host` */
  of(request: { readonly raw: Addressed }): FrontEnd {
    const frontEnd = this.find(request.raw);
    if (frontEnd === undefined)
      throw problem(421, 'unknown-host', 'No front end has this host and path', 'Add it to FRONT_ENDS.');
    return frontEnd;
  }

  /** Gives the front end of a request that {@link route} has seen, if there is one. */
  find(raw: object): FrontEnd | undefined {
    return (raw as Marked)[FOUND];
  }

  /** Gives a front end by its `base`, as the database names it. */
  named(base: string): FrontEnd | undefined {
    return this.all.find((frontEnd) => frontEnd.base === base);
  }
}

/** A `Host` header may write out the port that is the scheme's own. */
function hostsOf({ origin }: FrontEnd): readonly string[] {
  const { host, port, protocol } = new URL(origin);
  return port === '' ? [host, `${host}:${protocol === 'https:' ? 443 : 80}`] : [host];
}

/** The host that is asked for, and the target as a path. */
function addressOf({ url = '/', headers }: Addressed): { readonly host: string; readonly target: string } {
  if (url.startsWith('/')) return { host: headers.host?.toLowerCase() ?? '', target: url };
  if (!/^https?:\/\//i.test(url) || !URL.canParse(url)) return { host: '', target: '/' };
  const rest = url.slice(url.indexOf('://') + 3).replace(/^[^/?#]*/, '');
  return { host: new URL(url).host, target: rest.startsWith('/') ? rest : `/${rest}` };
}

function isUnder(url: string, path: string): boolean {
  return url.startsWith(path) && (url.length === path.length || '/?'.includes(url.charAt(path.length)));
}
