/** One challenge of a `WWW-Authenticate` header. Names of schemes and parameters in small letters. */
export interface Challenge {
  readonly scheme: string;
  readonly parameters: ReadonlyMap<string, string>;
}

const LONGEST = 4096;
const GAP = /[ \t,]*/y;
const SCHEME = /([\w!#$%&'*+.^`|~-]+)(?=[ \t,]|$)/y;
const TOKEN68 = /[ \t]+[\w.~+/-]+=*(?=[ \t]*(?:,|$))/y;
const PARAMETER = /[ \t,]*([\w!#$%&'*+.^`|~-]+)[ \t]*=[ \t]*(?:"((?:[^"\\]|\\.)*)"|([\w!#$%&'*+.^`|~-]+))(?=[ \t,]|$)/y;

/**
 * Reads a `WWW-Authenticate` header. Undefined when it is missing or not well-formed: then nothing of it is believed.
 *
 * @see {@link https://www.rfc-editor.org/rfc/rfc9110#field.www-authenticate RFC 9110} §11.6.1
 */
export function parseChallenges(header: string | undefined): readonly Challenge[] | undefined {
  if (header === undefined || header.length > LONGEST) return undefined;
  const challenges: Challenge[] = [];
  const text = new Reader(header);
  for (text.take(GAP); !text.isAtEnd; text.take(GAP)) {
    const scheme = text.take(SCHEME)?.[1];
    if (scheme === undefined) return undefined;
    const parameters = text.take(TOKEN68) === undefined ? readParameters(text) : new Map<string, string>();
    if (parameters === undefined) return undefined;
    challenges.push({ scheme: scheme.toLowerCase(), parameters });
  }
  return challenges;
}

/** Undefined when a parameter stands twice: which one is meant nobody can tell. */
function readParameters(text: Reader): ReadonlyMap<string, string> | undefined {
  const parameters = new Map<string, string>();
  for (let found = text.take(PARAMETER); found !== undefined; found = text.take(PARAMETER)) {
    const [, name = '', quoted, plain] = found;
    if (parameters.has(name.toLowerCase())) return undefined;
    parameters.set(name.toLowerCase(), quoted?.replace(/\\(.)/g, '$1') ?? plain ?? '');
  }
  return parameters;
}

/** A text that is taken from its beginning, piece by piece. */
class Reader {
  private at = 0;

  constructor(private readonly text: string) {}

  get isAtEnd(): boolean {
    return this.at >= this.text.length;
  }

  /** @param piece a sticky expression */
  take(piece: RegExp): RegExpExecArray | undefined {
    piece.lastIndex = this.at;
    const found = piece.exec(this.text);
    if (found === null) return undefined;
    this.at += found[0].length;
    return found;
  }
}
