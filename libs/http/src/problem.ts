import { HttpException } from '@nestjs/common';

/** The body of an error answer. @see {@link https://www.rfc-editor.org/rfc/rfc9457 RFC 9457} §3.1 */
export interface ProblemBody {
  readonly type: string;
  readonly title: string;
  readonly status: number;
  readonly detail?: string;
  readonly [extension: string]: unknown;
}

/** An error answer of ours: `application/problem+json` with a stable `type`. */
export class Problem extends HttpException {
  constructor(readonly body: ProblemBody) {
    super(body, body.status);
  }
}

/**
 * Makes an error answer. `name` becomes `urn:sso:problem:<name>`, the part that callers branch on and that never changes.
 * Neither `detail` nor `extensions` may hold a token, a cookie or text from a request.
 */
export function problem(
  status: number,
  name: string,
  title: string,
  detail?: string,
  extensions: Readonly<Record<string, unknown>> = {},
): Problem {
  return new Problem({
    type: `urn:sso:problem:${name}`,
    title,
    status,
    ...(detail === undefined ? {} : { detail }),
    ...extensions,
  });
}
