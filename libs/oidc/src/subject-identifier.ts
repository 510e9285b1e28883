import { z } from 'zod';

/** Whom or what a security event is about, as far as we can act on it. */
export type SimpleSubject =
  | { readonly format: 'iss_sub'; readonly iss: string; readonly sub: string }
  | { readonly format: 'opaque'; readonly id: string }
  /** a good subject of a kind that names nobody here: an e-mail address, a telephone number, a device */
  | { readonly format: 'other'; readonly name: string };

/** A subject: one thing, several names of one thing, or what several members have in common. */
export type SubjectIdentifier =
  | SimpleSubject
  | { readonly format: 'aliases'; readonly identifiers: readonly SimpleSubject[] }
  | { readonly format: 'complex'; readonly members: Readonly<Record<string, SimpleSubject>> };

const Text = z
  .string()
  .min(1)
  .max(2048)
  .refine((text) => !text.includes('\0'));

const Simple = z.discriminatedUnion('format', [
  z.strictObject({ format: z.literal('account'), uri: Text }),
  z.strictObject({ format: z.literal('email'), email: Text }),
  z.strictObject({ format: z.literal('iss_sub'), iss: Text, sub: Text }),
  z.strictObject({ format: z.literal('opaque'), id: Text }),
  z.strictObject({ format: z.literal('phone_number'), phone_number: Text }),
  z.strictObject({ format: z.literal('did'), url: Text }),
  z.strictObject({ format: z.literal('uri'), uri: Text }),
  z.strictObject({ format: z.literal('jwt_id'), iss: Text, jti: Text }),
  z.strictObject({ format: z.literal('saml_assertion_id'), issuer: Text, assertion_id: Text }),
  z.strictObject({ format: z.literal('ip-addresses'), 'ip-addresses': z.array(Text).min(1).max(64) }),
]);
const Aliases = z.strictObject({ format: z.literal('aliases'), identifiers: z.array(Simple).min(1).max(32) });
/** A member may be of a format that we do not know; it need not be understood unless it is critical. */
const Member = z.union([Simple, z.looseObject({ format: z.string().refine((format) => !KNOWN.has(format)) })]);
const Complex = z
  .looseObject({ format: z.literal('complex') })
  .refine(hasMembers)
  .transform(toComplex);

const KNOWN: ReadonlySet<string> = new Set([
  ...Simple.options.map(({ shape }) => shape.format.value),
  'aliases',
  'complex',
]);

/**
 * Reads a subject identifier; undefined when it is none: a member is missing, there is one that its format does not
 * describe, aliases stand within aliases. A format that nobody has described is `other`.
 *
 * @see {@link https://www.rfc-editor.org/rfc/rfc9493#section-3 RFC 9493} §3; Shared Signals Framework 1.0 §3.3, §3.4
 */
export function parseSubject(value: unknown): SubjectIdentifier | undefined {
  const format = z.looseObject({ format: z.string().min(1).max(64) }).safeParse(value).data?.format;
  if (format === undefined) return undefined;
  if (format === 'aliases') {
    const identifiers = Aliases.safeParse(value).data?.identifiers.map(toSimple);
    return identifiers && { format, identifiers };
  }
  if (format === 'complex') return Complex.safeParse(value).data;
  if (!KNOWN.has(format)) return { format: 'other', name: format };
  const simple = Simple.safeParse(value).data;
  return simple && toSimple(simple);
}

const Legacy = z.looseObject({ subject_type: z.enum(['iss-sub', 'iss_sub', 'id_token_claims', 'id-token-claims']) });

/**
 * Reads the subject within an event, as RISC had it before there was `sub_id`.
 *
 * @see RISC Profile 1.0 §2; Google's transmitter writes `subject_type`
 */
export function parseLegacySubject(value: unknown): SubjectIdentifier | undefined {
  if (!Legacy.safeParse(value).success) return parseSubject(value);
  const named = z.looseObject({ iss: Text, sub: Text }).safeParse(value).data;
  return named && { format: 'iss_sub', iss: named.iss, sub: named.sub };
}

function toSimple(subject: z.output<typeof Simple>): SimpleSubject {
  if (subject.format === 'iss_sub' || subject.format === 'opaque') return subject;
  return { format: 'other', name: subject.format };
}

function hasMembers(subject: Readonly<Record<string, unknown>>): boolean {
  const members = membersOf(subject);
  return members.length > 0 && members.every(([, member]) => Member.safeParse(member).success);
}

function membersOf(subject: Readonly<Record<string, unknown>>): readonly (readonly [string, unknown])[] {
  return Object.entries(subject).filter(([name]) => name !== 'format');
}

function toComplex(subject: Readonly<Record<string, unknown>>): SubjectIdentifier {
  const named = membersOf(subject).map(([name, member]): [string, SimpleSubject] => {
    const simple = Simple.safeParse(member).data;
    return [name, simple === undefined ? { format: 'other', name: 'unknown' } : toSimple(simple)];
  });
  return { format: 'complex', members: Object.fromEntries(named) };
}
