import type { IncomingMessage, ServerResponse } from 'node:http';
import type Provider from 'oidc-provider';

/**
 * The protocol engine in use. It takes its keys at birth, so a rotation makes a new one; requests that are being answered
 * finish with the one that they began with.
 */
export class Engine {
  private constructor(
    private readonly make: () => Promise<Provider>,
    private current: { readonly provider: Provider; readonly callback: ReturnType<Provider['callback']> },
  ) {}

  /** @throws whatever `make` throws, such as ConfigError */
  static async start(make: () => Promise<Provider>): Promise<Engine> {
    return new Engine(make, withCallback(await make()));
  }

  /** The provider in use. Don't keep it: ask again for each request. */
  get provider(): Provider {
    return this.current.provider;
  }

  /** Answers a request of the protocol. */
  async answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    await this.current.callback(request, response);
  }

  /** Takes a new provider into use, with the keys and clients of this moment. */
  async renew(): Promise<void> {
    this.current = withCallback(await this.make());
  }
}

function withCallback(provider: Provider) {
  provider.proxy = true; // it then believes X-Forwarded-*, which pinPublicAddress writes
  return { provider, callback: provider.callback() };
}
