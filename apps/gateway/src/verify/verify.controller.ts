import { Controller, Get, HttpException, Req, Res } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { problem, Problem } from '#http';
import type { BrowserSession } from '#session';
import type { FrontEnd } from '../front-ends/front-end.js';
import { FrontEnds } from '../front-ends/front-ends.js';
import { wholeSeconds } from '../http/idp-age.js';
import { SessionReader } from '../http/session-reader.js';
import { Assertions } from '../proxy/assertions.js';
import type { UserClaim } from '../user/claims.js';
import { PersonClaims } from '../user/person-claims.js';
import { type AskedRequest, isForged, readAskedRequest, readingsOf } from './asked-request.js';
import { identityHeaders } from './identity-headers.js';
import { readVerifyQuery, type VerifyQuery } from './read-verify-query.js';
import { signInUrl } from './sign-in-url.js';

/** Answers proxies that ask whether a request may go on (forward-auth): for nginx, Caddy, Traefik and the like. */
@Controller('bff')
export class VerifyController {
  constructor(
    private readonly reader: SessionReader,
    private readonly claims: PersonClaims,
    private readonly frontEnds: FrontEnds,
    private readonly assertions: Assertions,
  ) {}

  /** 204 with who is signed in; else 401, or with `redirect=1` the way to the sign-in for a browser that goes to a page. */
  @Get('verify')
  async verify(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    const query = readVerifyQuery(request.query);
    const asked = readAskedRequest(request);
    const frontEnd = this.frontEndOf(request, asked);
    if (!frontEnd.forwardAuth)
      throw problem(
        404,
        'no-forward-auth',
        'This front end has no proxy that asks',
        'Set its forwardAuth in FRONT_ENDS.',
      );
    void reply.header('cache-control', 'no-store');
    try {
      const session = await this.sessionOf(request, asked, query, frontEnd);
      void reply.headers(await this.headersOf(session, query.service));
      await reply.status(204).send();
    } catch (error) {
      if (!query.redirect || !asked.isNavigation || !isUnauthorized(error)) throw error;
      const silently = query.silent || wantsConfirmation(error) ? { maxIdpAgeS: demandedOf(error) } : undefined;
      await reply.header('referrer-policy', 'no-referrer').redirect(signInUrl(frontEnd, asked.uri, silently), 302);
    }
  }

  /** By the request's own host; by X-Forwarded-Host where a trusted proxy, as Traefik does, writes our name into Host. None where the path can be read as two front ends'. */
  private frontEndOf(request: FastifyRequest, asked: AskedRequest): FrontEnd {
    if (this.frontEnds.find(request.raw) === undefined && request.host !== request.headers.host) {
      const askedAt = readingsOf(asked.uri ?? '/').map((url) => ({ url, headers: { host: request.host } }));
      const [found, ...others] = new Set(askedAt.map((address) => this.frontEnds.at(address)));
      const [address] = askedAt;
      if (found !== undefined && address !== undefined && others.length === 0)
        this.frontEnds.keep(request.raw, address);
    }
    return this.frontEnds.of(request);
  }

  private async sessionOf(
    request: FastifyRequest,
    asked: AskedRequest,
    query: VerifyQuery,
    frontEnd: FrontEnd,
  ): Promise<BrowserSession> {
    const service = query.service === undefined ? undefined : frontEnd.services.get(query.service);
    if (query.service !== undefined && service === undefined)
      throw problem(404, 'unknown-service', 'No service has this name', 'Add it to the services of the front end.');
    const forged = isForged(asked, request, frontEnd);
    const maxIdpAgeMs = Math.min(query.maxIdpAgeMs ?? Infinity, service?.maxIdpAgeMs ?? Infinity);
    const session = await this.reader.require(request, { slide: query.slide && !forged, maxIdpAgeMs });
    if (forged) throw problem(403, 'cross-site', 'Another site may have sent this request');
    return session;
  }

  private async headersOf(session: BrowserSession, service: string | undefined): Promise<Record<string, string>> {
    const claims = await this.claims.of(session.sso);
    if (claims === undefined) throw problem(401, 'session-ended', 'The session has ended');
    const headers = identityHeaders(session.sso, claimsByType(claims));
    const assertion = service === undefined ? undefined : await this.assertions.sign(session.sso, service);
    return { ...headers, authorization: assertion === undefined ? '' : `Bearer ${assertion}` };
  }
}

/** @param json as {@link PersonClaims} has it */
function claimsByType(json: string): Readonly<Record<string, unknown>> {
  const claims = JSON.parse(`[${json}]`) as readonly UserClaim[];
  return Object.fromEntries(claims.map(({ type, value }) => [type, value]));
}

function isUnauthorized(error: unknown): error is HttpException {
  return error instanceof HttpException && error.getStatus() === 401;
}

/** Whether there is a session, and only the IdP's word is missing: a silent sign-in may bring it. */
function wantsConfirmation(error: HttpException): boolean {
  const types = ['urn:sso:problem:idp-check-needed', 'urn:sso:problem:sign-in-needed'];
  return error instanceof Problem && types.includes(error.body.type);
}

/** How long ago the IdP may have confirmed the session, where that was longer ago. */
function demandedOf(error: HttpException): number | undefined {
  if (!(error instanceof Problem) || typeof error.body.maxIdpAgeS !== 'number') return undefined;
  return wholeSeconds(error.body.maxIdpAgeS * 1000);
}
