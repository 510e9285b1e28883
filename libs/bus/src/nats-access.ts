/**
 * How to reach NATS, and as whom: an address alone, `nats://user:password@host:4222`, or one with more. The same in every
 * service of a cluster but for the user.
 */
export type NatsAccess = string | NatsServers;

/** An address of NATS, and what it takes to be let in. Files are read again at each connection, so they may be renewed. */
export interface NatsServers {
  /** `nats://host:4222` or `tls://host:4222`, several separated by commas; user and password may stand in it */
  readonly urls: string;
  readonly user?: string | undefined;
  readonly password?: string | undefined;
  /** path of a file with the seed of a user's nkey, `SU…` */
  readonly nkeySeedFile?: string | undefined;
  /** path of a credentials file: a user's JWT and seed, as `nsc generate creds` writes it */
  readonly credsFile?: string | undefined;
  /** paths of PEM files; any of them makes TLS a must, whatever the address says */
  readonly tls?: NatsTls | undefined;
  /** where answers to this connection go, from `_INBOX` on; default `_INBOX_<name of the connection>`, so that no other user can read them */
  readonly inboxPrefix?: string | undefined;
}

/** What makes TLS with NATS one's own. */
export interface NatsTls {
  /** who signs the servers' certificates; default: whom Node trusts */
  readonly caFile?: string | undefined;
  /** our own certificate, for a server that asks for one (`verify: true`) */
  readonly certFile?: string | undefined;
  readonly keyFile?: string | undefined;
}

/** What is wrong with an access, and what to do; `part` names the part of {@link NatsServers}. Never holds a secret. */
export interface AccessFault {
  readonly part: 'urls' | 'nkeySeedFile' | 'credsFile' | 'certFile' | 'keyFile' | 'inboxPrefix';
  readonly message: string;
}

/** Gives the address alone in its long form. */
export function serversOf(access: NatsAccess): NatsServers {
  return typeof access === 'string' ? { urls: access } : access;
}

/** Gives the parts of a list of addresses. @throws TypeError for what is no address */
export function addressesOf(urls: string): readonly URL[] {
  return urls.split(',').map((text) => new URL(text.trim()));
}

/** Finds every contradiction. None = it can be tried. */
export function faultsOf(access: NatsAccess): readonly AccessFault[] {
  const servers = serversOf(access);
  const message = urlFault(servers.urls);
  if (message !== undefined) return [{ part: 'urls', message }];
  return [...identityFaults(servers), ...certificateFaults(servers), ...inboxFaults(servers)];
}

/** What an address must look like. */
const SHAPE = 'must be nats://[user:password@]host:port, or tls:// for TLS, several separated by commas';

/** Says what is wrong with a list of addresses; undefined when nothing is. The list itself is not repeated. */
export function urlFault(urls: string): string | undefined {
  const parts = urls.split(',').map((text) => text.trim());
  if (!parts.every((part) => URL.canParse(part) && /^(?:nats|tls):\/\/[^/?#]+\/?$/.test(part))) return SHAPE;
  const addresses = addressesOf(urls);
  if (new Set(addresses.map(({ protocol }) => protocol)).size > 1)
    return 'mixes nats:// and tls://: write tls:// for each, or for none';
  const known = addresses.filter(({ username, password }) => username !== '' || password !== '');
  if (known.some(({ username, password }) => username === '' || password === ''))
    return 'holds a token, or a user without a password: only user:password@ is known; or use an nkey or a credentials file';
  if (new Set(known.map(({ username, password }) => `${username}:${password}`)).size > 1)
    return 'names two users: the first address says who we are, the others may leave it out';
  return undefined;
}

function identityFaults({ urls, user, password, nkeySeedFile, credsFile }: NatsServers): readonly AccessFault[] {
  const hasPassword = user !== undefined || addressesOf(urls).some(({ username }) => username !== '');
  const faults: AccessFault[] = [];
  if ((user === undefined) !== (password === undefined))
    faults.push({ part: 'urls', message: 'user and password go together: give both or none' });
  if (nkeySeedFile !== undefined && credsFile !== undefined)
    faults.push({
      part: 'credsFile',
      message: 'goes not with an nkey: a credentials file holds one already; remove one',
    });
  if (hasPassword && nkeySeedFile !== undefined)
    faults.push({ part: 'nkeySeedFile', message: 'goes not with a password: take user:password@ out of the address' });
  if (hasPassword && credsFile !== undefined)
    faults.push({ part: 'credsFile', message: 'goes not with a password: take user:password@ out of the address' });
  return faults;
}

function certificateFaults({ tls = {} }: NatsServers): readonly AccessFault[] {
  const { certFile, keyFile } = tls;
  if (certFile !== undefined && keyFile === undefined)
    return [{ part: 'keyFile', message: 'is missing: a client certificate is worth nothing without its key' }];
  if (certFile === undefined && keyFile !== undefined)
    return [{ part: 'certFile', message: 'is missing: there is a key, and no client certificate' }];
  return [];
}

function inboxFaults({ inboxPrefix }: NatsServers): readonly AccessFault[] {
  if (inboxPrefix === undefined || /^_INBOX[\w-]*(?:\.[\w-]+)*$/.test(inboxPrefix)) return [];
  return [
    {
      part: 'inboxPrefix',
      message: 'must be a subject that begins with _INBOX (others are not answered), such as _INBOX_notes',
    },
  ];
}
