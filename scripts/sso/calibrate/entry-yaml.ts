import { issuerProfile } from '#session';
import type { Conclusion } from './conclude.js';
import type { Findings } from './findings.js';

/** How the client proves itself: as the configuration writes it. */
export interface WrittenClient {
  readonly auth: string;
  readonly secretFile: string;
}

type Line = readonly [indent: number, key: string, value: string | boolean | undefined, why?: string];

/**
 * Writes what was found as an entry of the configuration: the profile, and the keys that differ from it, each with how it
 * was seen.
 */
export function entryYaml(findings: Findings, conclusion: Conclusion, client: WrittenClient): string {
  const lines: readonly Line[] = [
    [0, 'idps', undefined],
    [1, 'main', undefined],
    [2, 'issuer', quoted(findings.issuer)],
    [2, 'profile', findings.profile],
    ...clientLines(findings, client),
    ...differing(findings, conclusion),
    ...endpointLines(findings),
    ...probeLines(findings, conclusion),
  ];
  return lines.map(toText).join('\n');
}

function clientLines({ clientId, signIn }: Findings, { auth, secretFile }: WrittenClient): readonly Line[] {
  const secret = auth === 'private_key_jwt' ? 'key' : 'secret';
  return [
    [2, 'client', undefined],
    [3, 'id', quoted(clientId)],
    ...(auth === 'client_secret_basic' ? [] : [[3, 'auth', auth] as const]),
    [3, secret, `{ file: ${quoted(secretFile)} }`],
    ...(signIn.algorithm === 'RS256'
      ? []
      : [[2, 'algorithm', signIn.algorithm, 'the ID token is signed with it'] as const]),
  ];
}

function differing(
  findings: Findings,
  { tokensEndWithSession: end, refreshTokens: kept }: Conclusion,
): readonly Line[] {
  const profile = issuerProfile(findings.profile);
  return [
    ...(end !== undefined && end.value !== profile.tokensBound
      ? [[2, 'tokensEndWithSession', end.value, `${end.sure}: ${end.why}`] as const]
      : []),
    ...(kept?.value === 'stay' ? [[2, 'refreshTokens', 'stay', `${kept.sure}: ${kept.why}`] as const] : []),
  ];
}

function endpointLines({ endpoints }: Findings): readonly Line[] {
  const given = Object.entries(endpoints);
  if (given.length === 0) return [];
  return [
    [2, 'endpoints', undefined, 'discovery does not name them'],
    ...given.map(([name, url]): Line => [3, name, quoted(url)]),
  ];
}

function probeLines(findings: Findings, conclusion: Conclusion): readonly Line[] {
  const profile = issuerProfile(findings.profile);
  const { method, token, confirm, contradictsSliding } = conclusion;
  const lines: readonly Line[] = [
    ...(method.value === profile.probe && method.value !== 'none'
      ? []
      : [[3, 'method', method.value, `${method.sure}: ${method.why}`] as const]),
    ...(token === undefined || token === profile.introspects ? [] : [[3, 'token', token] as const]),
    ...(confirm.value === profile.confirm
      ? []
      : [[3, 'confirm', confirm.value, `${confirm.sure}: ${confirm.why}`] as const]),
    ...(contradictsSliding
      ? [
          [
            3,
            'allowKeepalive',
            true,
            `the profile says that ${method.value} keeps sessions alive; here it did not`,
          ] as const,
        ]
      : []),
  ];
  return lines.length === 0 ? [] : [[2, 'probe', undefined], ...lines];
}

function toText([indent, key, value, why]: Line): string {
  const text = value === undefined ? `${key}:` : `${key}: ${value}`;
  return `${'  '.repeat(indent)}${text}${why === undefined ? '' : ` # ${why}`}`;
}

/** A JSON string is a YAML string too. */
function quoted(text: string): string {
  return JSON.stringify(text);
}
