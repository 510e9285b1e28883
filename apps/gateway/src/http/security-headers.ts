import type { FrontEnd } from '../front-ends/front-end.js';

/** What helmet sets, the same for every answer: made once, since nothing of it depends on a request. */
const EVERYWHERE = {
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'origin-agent-cluster': '?1',
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
  'x-dns-prefetch-control': 'off',
  'x-download-options': 'noopen',
  'x-frame-options': 'DENY',
  'x-permitted-cross-domain-policies': 'none',
  'x-xss-protection': '0',
} as const;

/** The security headers of each front end. */
export class SecurityHeaders {
  private readonly byFrontEnd: ReadonlyMap<FrontEnd, Readonly<Record<string, string>>>;

  constructor(frontEnds: readonly FrontEnd[]) {
    this.byFrontEnd = new Map(frontEnds.map((frontEnd) => [frontEnd, { ...EVERYWHERE, ...ofOne(frontEnd) }]));
  }

  /** Gives those of a front end; of none, those that all have. */
  of(frontEnd: FrontEnd | undefined): Readonly<Record<string, string>> {
    return (frontEnd === undefined ? undefined : this.byFrontEnd.get(frontEnd)) ?? EVERYWHERE;
  }
}

/** What differs from front end to front end: https, and the IdP that the hidden iframe of a silent sign-in passes through. */
function ofOne({ secure, idp }: FrontEnd): Record<string, string> {
  const policy = [
    "default-src 'self'",
    "base-uri 'none'",
    "frame-ancestors 'none'",
    `frame-src 'self' ${new URL(idp.issuer).origin}`,
    "object-src 'none'",
    "form-action 'self'",
  ].join('; ');
  return {
    'content-security-policy': policy,
    ...(secure ? { 'strict-transport-security': 'max-age=31536000; includeSubDomains' } : {}),
  };
}
