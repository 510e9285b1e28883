import { type DynamicModule, Module } from '@nestjs/common';
import { SessionTokens } from '#session';
import { SilentModule } from '../silent/silent.module.js';
import { PersonClaims } from './person-claims.js';
import { UserController } from './user.controller.js';

/** Who is signed in. */
@Module({})
export class UserModule {
  /** @param entries how many people's claims are remembered at most */
  static forRoot(entries: number): DynamicModule {
    return {
      module: UserModule,
      imports: [SilentModule],
      controllers: [UserController],
      providers: [
        {
          provide: PersonClaims,
          inject: [SessionTokens],
          useFactory: (tokens: SessionTokens) => new PersonClaims(tokens, entries),
        },
      ],
      exports: [PersonClaims],
    };
  }
}
