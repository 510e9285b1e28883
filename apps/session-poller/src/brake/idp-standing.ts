import { IdpClient, type IdpClientOptions, IdpHttp } from '#idp-client';
import { type Clock, reasonOf } from '#session';
import { z } from 'zod';

const KeySet = z.object({ keys: z.array(z.looseObject({})).min(1) });

/**
 * Looks whether the IdP is still who it was: its discovery document names the same issuer, and its keys can be had. Nothing
 * that was known before is used. Gives what is wrong; undefined when nothing is.
 */
export async function whatIsWrongWith(options: IdpClientOptions, clock: Clock): Promise<string | undefined> {
  try {
    const { jwksUri } = await new IdpClient(options, clock).metadata();
    KeySet.parse(JSON.parse(await new IdpHttp(options, clock).document(jwksUri)));
    return undefined;
  } catch (error) {
    return reasonOf(error);
  }
}
