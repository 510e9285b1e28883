import type { FastifyReply } from 'fastify';
import { escapeHtml, sendHtml } from '../http/html.js';
import type { LogoutReport, ServiceReport } from './logout-report.js';

const AGAIN_S = 2;

/** Shows a person who has signed them out. The page asks again by itself while something is pending and `isYoung`. */
export function sendReceiptsPage(reply: FastifyReply, report: LogoutReport, home: string, isYoung: boolean): void {
  const { services, state } = report;
  const done = services.filter((service) => service.state === 'signed_out').length;
  const title = services.length === 0 ? 'Signed out' : `Signed out of ${done} of ${services.length}`;
  const head = state === 'pending' && isYoung ? `<meta http-equiv="refresh" content="${AGAIN_S}">` : '';
  const body =
    `<main><h1>${title}</h1><p role="status">${statusOf(state, isYoung)}</p><ul>${services.map(lineOf).join('')}</ul>` +
    `<p><a href="${escapeHtml(home)}">Go on</a></p></main>`;
  sendHtml(reply, 200, { title, body, head });
}

function statusOf(state: LogoutReport['state'], isYoung: boolean): string {
  if (state === 'complete') return 'All of them have signed you out.';
  return isYoung
    ? 'You are signed out here. Some have not confirmed it yet; this page asks again.'
    : 'You are signed out here. Some have not confirmed it for a while; each will as soon as it can.';
}

function lineOf({ name, state, waitingMs }: ServiceReport): string {
  const pending = `not confirmed yet, for ${Math.round((waitingMs ?? 0) / 1_000)} s`;
  return `<li>${escapeHtml(name)}: ${state === 'signed_out' ? 'signed out' : pending}</li>`;
}
