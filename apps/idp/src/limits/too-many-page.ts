import type { FastifyReply } from 'fastify';
import { sendPage } from '../page/answer.js';
import { html } from '../page/html.js';
import { page } from '../page/page.js';

/** A sign-in that was begun is surely open for as long. */
const STAYS_OPEN_S = 400;

/** What somebody is told who has failed too often. */
export interface TooMany {
  /** what was wrong, as the beginning of "… has been wrong too often" */
  readonly what: string;
  readonly retryAfterS: number;
  /** where to try again */
  readonly action: string;
}

/** Answers somebody who has failed too often. */
export async function sendTooMany(reply: FastifyReply, tooMany: TooMany): Promise<void> {
  void reply.header('retry-after', String(tooMany.retryAfterS));
  await sendPage(reply, 429, tooManyPage(tooMany));
}

function tooManyPage({ what, retryAfterS, action }: TooMany): string {
  return page(
    'Too many attempts',
    html`<h1>Too many attempts</h1>
      <p role="alert">${what} has been wrong too often. Please try again ${afterText(retryAfterS)}.</p>
      ${
        retryAfterS < STAYS_OPEN_S
          ? html`<a class="button" href="${action}">Try again</a>`
          : html`<p>Then go back to the app that you came from, and start again.</p>`
      }`,
  );
}

function afterText(seconds: number): string {
  const minutes = Math.ceil(seconds / 60);
  if (minutes > 90) return `in about ${Math.ceil(minutes / 60)} hours`;
  return minutes <= 1 ? 'in a minute' : `in ${minutes} minutes`;
}
