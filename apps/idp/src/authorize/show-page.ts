import type { KoaContextWithOIDC } from 'oidc-provider';
import { PAGE_HEADERS } from '../page/page.js';

/** Answers with a page of ours. The status is the engine's. */
export function showPage(ctx: Pick<KoaContextWithOIDC, 'status' | 'set' | 'body'>, text: string): void {
  const { status } = ctx;
  ctx.set({ ...PAGE_HEADERS });
  ctx.body = text;
  ctx.status = status === 404 ? 200 : status; // 404 is what Koa says until somebody answers
}
