import { Injectable, Logger } from '@nestjs/common';
import { reasonOf } from '#session';
import type { Idp } from '../idps/idp.js';

const LIMIT_MS = 5_000;

/** A refresh token that came for a session that had ended meanwhile. */
export interface UnwantedToken {
  readonly idp: Idp;
  readonly refreshToken: string;
}

/** Lets go of tokens that nobody will use, as well as that can be done. */
@Injectable()
export class UnwantedTokens {
  private readonly logger = new Logger(UnwantedTokens.name);

  /** Never throws, and nobody waits for it. */
  revoke({ idp, refreshToken }: UnwantedToken): void {
    if (!idp.revokeOnLogout) return;
    const told = (outcome: string) => {
      this.logger.debug(`refresh_token.unwanted idp=${idp.name} outcome=${outcome}`);
    };
    idp.client.revoke(refreshToken, AbortSignal.timeout(LIMIT_MS)).then(
      ({ kind }) => {
        told(kind);
      },
      (error: unknown) => {
        told(reasonOf(error));
      },
    );
  }
}
