import type { ExecutionContext } from '@nestjs/common';
import type { Reflector } from '@nestjs/core';
import type { Staleness } from './access-decision.js';
import { MAX_IDP_AGE } from './max-idp-age.decorator.js';
import { IS_PUBLIC } from './public.decorator.js';
import { STALENESS } from './staleness.decorator.js';

/** What the decorators of a route say. */
export interface RouteRule {
  readonly isPublic: boolean;
  readonly maxIdpAgeMs: number | undefined;
  readonly staleness: Staleness;
}

type Key = ReturnType<ExecutionContext['getClass']> | ReturnType<ExecutionContext['getHandler']>;

/** Reads the decorators of each route once. The method's count before the class's. */
export class RouteRules {
  private readonly known = new Map<Key, Map<Key, RouteRule>>();

  constructor(
    private readonly reflector: Reflector,
    readonly defaults: Staleness,
  ) {}

  of(context: ExecutionContext): RouteRule {
    const [type, method] = [context.getClass(), context.getHandler()];
    return this.known.get(type)?.get(method) ?? this.read(type, method);
  }

  private read(type: Key, method: Key): RouteRule {
    const said = (key: string) => this.reflector.getAllAndOverride<unknown>(key, [method, type]);
    const [onType, onMethod] = [type, method].map((key) =>
      this.reflector.get<Partial<Staleness> | undefined>(STALENESS, key),
    );
    const rule = {
      isPublic: said(IS_PUBLIC) === true,
      maxIdpAgeMs: said(MAX_IDP_AGE) as number | undefined, // the decorator takes nothing else
      staleness: { ...this.defaults, ...onType, ...onMethod },
    };
    const methods = this.known.get(type) ?? new Map<Key, RouteRule>();
    this.known.set(type, methods.set(method, rule));
    return rule;
  }
}
