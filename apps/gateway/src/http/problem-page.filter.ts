import { type ArgumentsHost, Catch } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { ProblemFilter, problemOf } from '#http';
import { FrontEnds } from '../front-ends/front-ends.js';
import { sendPage } from './page.js';

/** Errors as problem+json for programs, as a small page for people: whoever follows a link can't read JSON. */
@Catch()
export class ProblemPageFilter extends ProblemFilter {
  constructor(protected readonly frontEnds: FrontEnds) {
    super();
  }

  override catch(error: unknown, host: ArgumentsHost): void {
    const http = host.switchToHttp();
    const request = http.getRequest<FastifyRequest>();
    if (!isNavigation(request)) {
      super.catch(error, host);
      return;
    }
    const { status, title, detail, instance = '', retryAfterS } = problemOf(error, request.id);
    const reply = http.getResponse<FastifyReply>();
    if (typeof retryAfterS === 'number') void reply.header('retry-after', String(retryAfterS));
    sendPage(reply, status, {
      title,
      text: detail ?? 'Nothing has changed.',
      reference: String(instance).slice('urn:uuid:'.length),
      link: { href: this.frontEnds.find(request.raw)?.afterLogout ?? '/', label: 'Back' },
    });
  }
}

/** Whether a browser asks for something to show. Programs that ask like one still get HTML, with the right status. */
export function isNavigation({ method, headers }: Pick<FastifyRequest, 'method' | 'headers'>): boolean {
  if (method !== 'GET' || headers['x-csrf'] !== undefined) return false;
  const mode = headers['sec-fetch-mode'];
  if (mode !== undefined) return mode === 'navigate';
  return headers.accept?.includes('text/html') ?? false;
}
