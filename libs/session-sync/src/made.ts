import type { FactoryProvider, InjectionToken, Provider } from '@nestjs/common';

/** Says how a provider is made of others. */
export function made<T>(
  provide: InjectionToken<T>,
  inject: NonNullable<FactoryProvider['inject']>,
  useFactory: (...injected: never[]) => T | undefined,
): Provider {
  return { provide, inject, useFactory };
}

/** Names a provider that may be missing. */
export function optional(token: InjectionToken) {
  return { token, optional: true };
}
