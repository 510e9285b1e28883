import { type IssuerProfile, issuerProfile, issuerProfileNames } from '#session';

const PUSH = {
  backchannel: 'back-channel logout',
  frontchannel: 'front-channel logout',
  ssf: 'security events',
} as const;
const COLUMNS = [
  '`profile`',
  'tells by itself, at best',
  'asked by',
  'API of sessions (`adminApi.kind`)',
  'tokens end with the session',
  'keeps sessions alive',
  'shortest interval',
  'what a refused refresh token means',
];

/** Gives the profiles of all kinds of IdPs as a table. */
export function toProfileTable(): string {
  const rows = issuerProfileNames.map((name) => rowOf(issuerProfile(name)));
  return [COLUMNS, COLUMNS.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n');
}

function rowOf(profile: IssuerProfile): readonly string[] {
  const { name, push, probe, introspects, tokensBound, sliding, errors, adminApi, minIntervalS } = profile;
  const by = probe === 'introspect' ? `\`introspect\`: ${introspects.replace('_', ' ')}` : `\`${probe}\``;
  const meanings = Object.entries(errors).map(([error, meaning]) => `\`${error}\`: ${meaning.replace('_', ' ')}`);
  return [
    `\`${name}\``,
    push.map((way) => PUSH[way]).join(', ') || 'nothing',
    by,
    adminApi === undefined ? 'none' : `\`${adminApi}\``,
    tokensBound ? 'yes' : 'no',
    sliding.map((method) => `\`${method}\``).join(', ') || 'nothing',
    `${minIntervalS} s`,
    meanings.join('; ') || 'as RFC 6749 says',
  ];
}
