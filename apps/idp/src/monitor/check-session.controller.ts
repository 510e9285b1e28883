import { Controller, Get, Header, Query, Req, Res } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { errors, type Client } from 'oidc-provider';
import { z } from 'zod';
import { watchingOrigins } from '../authorize/client-origins.js';
import { Engine } from '../authorize/engine.js';
import { errorPage } from '../page/error-page.js';
import { sendPage } from '../page/answer.js';
import { BrowserSessions } from '../sessions/browser-sessions.service.js';
import { BrowserStateCookie } from './browser-state-cookie.js';
import { checkSessionHeaders, checkSessionPage } from './check-session-page.js';
import { CHECK_SESSION_SCRIPT } from './check-session-script.js';

const ClientId = z.string().min(1).max(500);
const Watcher = z.object({ client_id: ClientId, origin: z.string().max(500) });

/** Lets clients watch from the browser whether the person is still signed in. */
@Controller('oidc/iframe')
export class CheckSessionController {
  constructor(
    private readonly engine: Engine,
    private readonly sessions: BrowserSessions,
    private readonly cookie: BrowserStateCookie,
  ) {}

  @Get('check_session')
  async page(
    @Query('client_id') clientId: unknown,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    const client = clientId === undefined ? undefined : await this.clientOf(clientId);
    if (clientId !== undefined && client === undefined) {
      await sendPage(reply, 400, errorPage('invalid_client', 'There is no such app.'));
      return;
    }
    await this.isSignedIn(request, reply);
    const ancestors = client === undefined ? undefined : watchingOrigins(client);
    await reply.headers(checkSessionHeaders(ancestors)).send(checkSessionPage(this.cookie.attributes.sameSite));
  }

  @Get('check_session.js')
  @Header('content-type', 'text/javascript; charset=utf-8')
  @Header('cache-control', 'public, max-age=31536000, immutable')
  @Header('x-content-type-options', 'nosniff')
  script(): string {
    return CHECK_SESSION_SCRIPT.body;
  }

  /** Tells the page whether a silent sign-in has a chance. Other origins can't read it: there is no CORS. */
  @Get('check_session/status')
  @Header('cache-control', 'no-store')
  @Header('cross-origin-resource-policy', 'same-origin')
  async status(
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<{ readonly status: 'logged_in' | 'logged_out' }> {
    return { status: (await this.isSignedIn(request, reply)) ? 'logged_in' : 'logged_out' };
  }

  /** Tells the page whether it may answer an origin, and nothing else about the client. */
  @Get('check_session/origin')
  @Header('cache-control', 'no-store')
  @Header('cross-origin-resource-policy', 'same-origin')
  async origin(@Query() query: unknown): Promise<{ readonly allowed: boolean }> {
    const asked = Watcher.safeParse(query).data;
    if (asked === undefined) return { allowed: false };
    const client = await this.clientOf(asked.client_id);
    return { allowed: client !== undefined && watchingOrigins(client).includes(asked.origin) };
  }

  /** Somebody who wants to be asked each time is not signed in silently, so is as good as signed out here. */
  private async isSignedIn(request: FastifyRequest, reply: FastifyReply): Promise<boolean> {
    const session = await this.sessions.of(request, reply);
    this.cookie.follow(request, reply, session);
    return session?.account.autoSignIn === true;
  }

  private async clientOf(clientId: unknown): Promise<Client | undefined> {
    const id = ClientId.safeParse(clientId).data;
    if (id === undefined) return undefined;
    try {
      return await this.engine.provider.Client.find(id);
    } catch (error) {
      if (error instanceof errors.OIDCProviderError) return undefined; // registered with metadata that can't be used
      throw error;
    }
  }
}
