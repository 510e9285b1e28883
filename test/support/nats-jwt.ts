import { nkeys } from '@nats-io/transport-node';

type Keys = ReturnType<typeof nkeys.createUser>;

/** An operator and one account of decentralised NATS, with the means to let users in. Made by hand: no tool is needed. */
export class TestOperator {
  private readonly operator = nkeys.createOperator();
  private readonly account = nkeys.createAccount();
  private readonly system = nkeys.createAccount();

  /** The part of nats.conf that trusts this operator, and knows its account. */
  get access(): string {
    const unlimited = {
      subs: -1,
      data: -1,
      payload: -1,
      imports: -1,
      exports: -1,
      wildcards: true,
      conn: -1,
      leaf: -1,
    };
    const storage = { mem_storage: -1, disk_storage: -1, streams: -1, consumer: -1 };
    const operator = sign(this.operator, this.operator, 'test', { type: 'operator', version: 2 });
    const known = [this.account, this.system].map((account) => {
      const limits = account === this.system ? unlimited : { ...unlimited, ...storage }; // the system's has no JetStream
      const jwt = sign(this.operator, account, 'test', { type: 'account', version: 2, limits });
      return `${account.getPublicKey()}: ${jwt}`;
    });
    return [
      `operator: ${operator}`,
      `system_account: ${this.system.getPublicKey()}`,
      'resolver: MEMORY',
      `resolver_preload: { ${known.join('\n')} }\n`,
    ].join('\n');
  }

  /** Gives a credentials file of a user, as `nsc generate creds` writes it. */
  credentials(name: string, publish: readonly string[]): string {
    const user = nkeys.createUser();
    const limits = { subs: -1, data: -1, payload: -1 };
    const jwt = sign(this.account, user, name, {
      type: 'user',
      version: 2,
      pub: { allow: publish },
      sub: {},
      ...limits,
    });
    return [
      `-----BEGIN NATS USER JWT-----\n${jwt}\n------END NATS USER JWT------\n`,
      `-----BEGIN USER NKEY SEED-----\n${Buffer.from(user.getSeed()).toString()}\n------END USER NKEY SEED------\n`,
    ].join('\n');
  }
}

function sign(issuer: Keys, subject: Keys, name: string, nats: object): string {
  const claims = { jti: name, iat: 1_700_000_000, iss: issuer.getPublicKey(), sub: subject.getPublicKey(), name, nats };
  const part = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');
  const text = `${part({ typ: 'JWT', alg: 'ed25519-nkey' })}.${part(claims)}`;
  return `${text}.${Buffer.from(issuer.sign(Buffer.from(text))).toString('base64url')}`;
}
