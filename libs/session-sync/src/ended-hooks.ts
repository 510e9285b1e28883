import { Injectable, Logger, type OnApplicationBootstrap } from '@nestjs/common';
import { DiscoveryService, MetadataScanner, Reflector } from '@nestjs/core';
import { type HeardEnding, reasonOf } from '#session';
import { ON_SESSION_ENDED } from './on-session-ended.decorator.js';
import { withinMs } from './within-ms.js';

interface Hook {
  readonly name: string;
  readonly call: (ending: HeardEnding) => unknown;
}

const SLOW_MS = 30_000;
/** Endings that are kept for hooks until the application has started: a few megabytes. */
export const MOST_EARLY = 10_000;

/** Calls the `@OnSessionEnded()` methods of all providers and controllers. None of them hinders another, or the feed. */
@Injectable()
export class EndedHooks implements OnApplicationBootstrap {
  private readonly logger = new Logger(EndedHooks.name);
  private hooks: readonly Hook[] | undefined;
  /** heard before it was known who wants to be told: endings that were missed come while the application starts */
  private early: HeardEnding[] = [];

  constructor(
    private readonly discovery: DiscoveryService,
    private readonly scanner: MetadataScanner,
    private readonly reflector: Reflector,
  ) {}

  onApplicationBootstrap(): void {
    this.begin();
  }

  /** Never throws, and waits for nobody. Loses nothing: when too many are kept, hooks are called before the application has started. */
  tell(ending: HeardEnding): void {
    if (this.hooks !== undefined) {
      this.tellAll(this.hooks, ending);
      return;
    }
    this.early.push(ending);
    if (this.early.length <= MOST_EARLY) return;
    this.logger.warn(`hooks.called_early endings=${this.early.length} reason=too_many_waiting_for_the_start`);
    this.begin();
  }

  /** Finds the hooks, and tells them what was kept. */
  private begin(): void {
    const wrappers = [...this.discovery.getProviders(), ...this.discovery.getControllers()];
    const instances = new Set(wrappers.map(({ instance }) => instance as unknown));
    const hooks = [...instances].flatMap((instance) => this.hooksOf(instance));
    this.hooks = hooks;
    const { early } = this;
    this.early = [];
    for (const ending of early) this.tellAll(hooks, ending);
  }

  private tellAll(hooks: readonly Hook[], ending: HeardEnding): void {
    for (const hook of hooks) void this.call(hook, ending);
  }

  private async call({ name, call }: Hook, ending: HeardEnding): Promise<void> {
    try {
      await withinMs(Promise.resolve(call(ending)), SLOW_MS);
    } catch (error) {
      this.logger.error(`hook.failed hook=${name} event=${ending.eventId} reason=${reasonOf(error)}`);
    }
  }

  private hooksOf(instance: unknown): readonly Hook[] {
    if (typeof instance !== 'object' || instance === null) return [];
    const type = Object.getPrototypeOf(instance) as object | null;
    if (type === null) return [];
    return this.scanner.getAllMethodNames(type).flatMap((name) => {
      const method = (instance as Record<string, unknown>)[name];
      if (
        typeof method !== 'function' ||
        this.reflector.get<unknown>(ON_SESSION_ENDED, method as () => unknown) !== true
      )
        return [];
      const call = (ending: HeardEnding): unknown => Reflect.apply(method, instance, [ending]);
      return [{ name: `${instance.constructor.name}.${name}`, call }];
    });
  }
}
