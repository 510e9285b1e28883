import { randomUUID } from 'node:crypto';
import { Controller, Logger, Post, Req, Res } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { problem } from '#http';
import { Clock, parseSub, SsoSessions, type Sub } from '#session';
import type { Idp } from '../idps/idp.js';
import { Idps } from '../idps/idps.js';
import { TokenRevocation } from '../logout/token-revocation.js';
import { RequestLimits } from '../limits/request-limits.js';
import { isSameSecret } from './same-secret.js';

const Identifier = z.looseObject({ format: z.string() });
/** `sub_id` since draft 04, `subject` before. */
const Body = z.union([
  z.looseObject({ sub_id: Identifier }).transform(({ sub_id }) => sub_id),
  z.looseObject({ subject: Identifier }).transform(({ subject }) => subject),
]);
const IssSub = z.looseObject({ format: z.literal('iss_sub'), iss: z.string(), sub: z.string() });

/**
 * Where an IdP, or whoever watches over it, orders that everything of a person ends. A draft, so it answers 404 unless an
 * IdP's entry names its token.
 */
@Controller('bff')
export class GlobalTokenRevocationController {
  private readonly logger = new Logger(GlobalTokenRevocationController.name);

  constructor(
    private readonly idps: Idps,
    private readonly sessions: SsoSessions,
    private readonly clock: Clock,
    private readonly limits: RequestLimits,
    private readonly revocation: TokenRevocation,
  ) {}

  /** @see {@link https://datatracker.ietf.org/doc/draft-parecki-oauth-global-token-revocation/ Global Token Revocation} */
  @Post('global-token-revocation')
  async revoke(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    const idp = await this.callerOf(request, reply);
    const person = this.personIn(request, idp);
    const { ended } = await this.sessions.end({
      of: { kind: 'person', iss: idp.issuer, sub: person },
      cause: 'global_token_revocation',
      causeId: randomUUID(),
      effectiveAt: this.clock.now(),
      evidence: { method: 'global_token_revocation', strength: 'strong', probes: 0 },
      initiatingEntity: 'admin',
    });
    this.revocation.begin(ended);
    this.logger.log(`global_token_revocation.accepted idp=${idp.name} sessions=${ended.length}`);
    await reply.status(204).header('cache-control', 'no-store').send();
  }

  /** The bearer token says which IdP calls. Each one is compared, so that the time tells nothing. */
  private async callerOf(request: FastifyRequest, reply: FastifyReply): Promise<Idp> {
    const configured = this.idps.all.filter(({ globalTokenRevocation }) => globalTokenRevocation !== undefined);
    if (configured.length === 0)
      throw problem(404, 'no-global-token-revocation', 'Global Token Revocation is not taken here');
    const token = /^Bearer +(\S+)$/i.exec(request.headers.authorization ?? '')?.[1] ?? '';
    const [idp] = configured.filter(({ globalTokenRevocation = '' }) => isSameSecret(token, globalTokenRevocation));
    if (idp !== undefined) return idp;
    await this.limits.countRefusedToken(request.ip);
    void reply.header('www-authenticate', 'Bearer');
    throw problem(401, 'wrong-bearer-token', 'The bearer token is missing or unknown');
  }

  private personIn({ body }: FastifyRequest, idp: Idp): Sub {
    const identifier = Body.safeParse(body);
    if (!identifier.success)
      throw problem(400, 'bad-subject', 'The body must be JSON with a subject identifier in sub_id');
    const { format } = identifier.data;
    if (format !== 'iss_sub')
      throw problem(422, 'unknown-subject-format', 'People are known here by iss_sub', undefined, {
        formats: ['iss_sub'],
      });
    const person = IssSub.safeParse(identifier.data);
    const sub = person.success ? parseSub(person.data.sub) : undefined;
    if (!person.success || sub === undefined) throw problem(400, 'bad-subject', 'iss_sub needs iss and sub');
    if (person.data.iss === idp.issuer) return sub;
    if (this.idps.all.some(({ issuer }) => issuer === person.data.iss))
      throw problem(403, 'not-your-subject', "This bearer token is not for that issuer's people");
    throw problem(404, 'unknown-issuer', 'Nobody here is of that issuer');
  }
}
