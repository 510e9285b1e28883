import { Logger } from '@nestjs/common';
import { reasonOf } from '#session';
import type Provider from 'oidc-provider';
import type { KoaContextWithOIDC } from 'oidc-provider';
import { addressOf } from './request-address.js';
import type { SessionDevices } from './session-devices.service.js';

/** Writes down where each session is signed in: after the form, not for each request. */
export function recordDevices(provider: Provider, devices: SessionDevices): void {
  const logger = new Logger('sessions');
  provider.use(async (ctx: KoaContextWithOIDC, next: () => Promise<unknown>) => {
    await next();
    const opened = signedInBy(ctx);
    if (opened === undefined) return;
    const { 'user-agent': userAgent } = ctx.req.headers;
    try {
      await devices.record({ ...opened, userAgent, address: addressOf(ctx.req) });
    } catch (error) {
      // The person is signed in; a list that says "unknown device" is no reason to take that back.
      logger.warn(`device.not_recorded session=${opened.uid} reason=${reasonOf(error)}`);
    }
  });
}

/** Gives the session that this request has signed somebody in to. */
function signedInBy(ctx: KoaContextWithOIDC): { readonly uid: string; readonly sub: string } | undefined {
  if (!('oidc' in ctx)) return undefined; // not there when no route matched
  const { session, result } = ctx.oidc;
  if (result?.login === undefined || session?.accountId === undefined) return undefined;
  return { uid: session.uid, sub: session.accountId };
}
