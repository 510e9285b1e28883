import { Injectable } from '@nestjs/common';
import { Clock } from '#session';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { errors, type InteractionResults } from 'oidc-provider';
import { z } from 'zod';
import { Engine } from '../authorize/engine.js';
import { leadTo } from '../page/answer.js';
import { AnswerProof } from './answer-proof.js';
import { FormSecret, formToken, isFormToken } from './form-token.js';
import { interactionPath } from './interaction-path.js';

/** A question that a browser is being asked on its way to a client. */
export type OpenInteraction = Awaited<ReturnType<Engine['provider']['interactionDetails']>>;

/** Who is signed in. */
export interface SignedIn {
  readonly sub: string;
  /** when the person signed in, in seconds since 1970 */
  readonly at: number | undefined;
}

const Uid = z.object({ uid: z.string() });
const Token = z.object({ token: z.string() });

/** What the pages of all questions have in common: whose turn it is, that the form is ours, and the way on. */
@Injectable()
export class InteractionPages {
  constructor(
    private readonly engine: Engine,
    private readonly secret: FormSecret,
    private readonly proof: AnswerProof,
    readonly clock: Clock,
  ) {}

  /**
   * Gives the question that the browser is at. Only the page of that very question may answer it, or a later one could be
   * skipped by answering an earlier one twice.
   *
   * @param prompt the policy's name of the question that the page asks
   * @throws errors.SessionNotFound when the browser does not hold this interaction, or is at another question
   */
  async find(prompt: string, request: FastifyRequest, reply: FastifyReply): Promise<OpenInteraction> {
    const details = await this.engine.provider.interactionDetails(request.raw, reply.raw);
    const { uid } = Uid.parse(request.params);
    if (details.uid !== uid) throw new errors.SessionNotFound('the interaction is not the one of the address');
    if (details.prompt.name !== prompt) throw new errors.SessionNotFound('the browser is at another question');
    return details;
  }

  /** Gives what every form of this interaction needs, and the app that the person goes on to. */
  async frame({ uid, prompt, params }: OpenInteraction): Promise<PageFrame> {
    const clientId = z.string().parse(params.client_id);
    const client = await this.engine.provider.Client.find(clientId);
    return {
      action: interactionPath(uid, prompt.name),
      token: formToken(this.secret.value, uid),
      clientName: client?.clientName ?? clientId,
    };
  }

  /** Says whether a form came from our own page of this interaction. */
  isOurs(body: unknown, { uid }: OpenInteraction): boolean {
    const token = Token.safeParse(body).data?.token ?? '';
    return isFormToken(token, this.secret.value, uid);
  }

  /**
   * Gives who is signed in to the session that the interaction belongs to. For pages that write something down: a session
   * that was ended while the page stood open writes nothing any more.
   *
   * @throws errors.SessionNotFound when nobody is signed in to it, or not any more
   */
  async signedIn({ session }: OpenInteraction): Promise<SignedIn> {
    const now = session === undefined ? undefined : await this.engine.provider.Session.findByUid(session.uid);
    if (now?.accountId === undefined || now.accountId !== session?.accountId) {
      throw new errors.SessionNotFound('the session has ended');
    }
    return { sub: now.accountId, at: now.loginTs };
  }

  /**
   * Notes the answer and sends the browser back to the engine, which asks the next question or answers the client.
   *
   * @param result what is new; answers of before in the same request stay, except beside an error
   */
  async answer(request: FastifyRequest, reply: FastifyReply, result: InteractionResults): Promise<void> {
    await leadTo(reply, await this.note(request, reply, result));
  }

  /** As `answer`, but forgets what was answered before: another person may have been asked. */
  async answerAnew(request: FastifyRequest, reply: FastifyReply, result: InteractionResults): Promise<void> {
    await leadTo(reply, await this.note(request, reply, result, false));
  }

  /**
   * Notes the answer, and gives this browser alone what it needs to come back with it.
   *
   * @returns where it must come back
   */
  async note(
    request: FastifyRequest,
    reply: FastifyReply,
    result: InteractionResults,
    mergeWithLastSubmission = true,
  ): Promise<string> {
    const { uid } = Uid.parse(request.params);
    void reply.header('set-cookie', this.proof.cookieFor(uid));
    return this.engine.provider.interactionResult(request.raw, reply.raw, result, { mergeWithLastSubmission });
  }
}

/** What every page of an interaction is built around. */
export interface PageFrame {
  /** where the form is posted */
  readonly action: string;
  /** the form's token against forgery */
  readonly token: string;
  /** the app that asked, as people know it */
  readonly clientName: string;
}

/** What a person is told whose form was not ours. */
export const OUT_OF_DATE = 'The page was out of date. Please try again.';
