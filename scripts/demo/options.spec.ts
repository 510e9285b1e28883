import { describe, expect, it } from '@jest/globals';
import { helpText, parseOptions } from './options.js';

const parse = (line: string) => parseOptions(line.split(' ').filter((word) => word !== ''));
const faultsOf = (line: string) => {
  const parsed = parse(line);
  return parsed.kind === 'faulty' ? parsed.faults : [];
};

describe('the options of the demo', () => {
  it('need none: the stack starts and stays up', () => {
    expect(parse('')).toEqual({
      kind: 'run',
      options: {
        check: false,
        json: false,
        open: true,
        target: 'stack',
        writeEnv: undefined,
        frontEndPort: undefined,
        ownIssuer: undefined,
      },
    });
  });

  it('are read in both spellings of a value', () => {
    const expected = { check: true, json: true, writeEnv: 'a.env', frontEndPort: 4100 };
    expect(parse('--check --json --write-env a.env --frontend-port=4100')).toMatchObject({ options: expected });
  });

  it('open the timeline, unless a program plays the story or the person would rather not', () => {
    expect(parse('--no-open')).toMatchObject({ options: { open: false } });
    expect(parse('--check')).toMatchObject({ options: { open: false } });
  });

  it('give an own identity provider its defaults', () => {
    expect(parse('--issuer https://idp.example.com --client-id app --client-secret-file s')).toMatchObject({
      options: {
        ownIssuer: {
          issuer: 'https://idp.example.com',
          clientId: 'app',
          clientSecretFile: 's',
          profile: 'generic',
          clientAuthMethod: 'client_secret_basic',
          scopes: 'openid profile email',
        },
      },
    });
  });

  it('name every fault at once', () => {
    const faults = faultsOf('--chekc --json --frontend-port 0 --client-id x extra --target moon');
    expect(faults).toHaveLength(6);
    for (const word of ['--chekc', '--json', '--frontend-port', '--client-id', '"extra"', '--target'])
      expect(faults.join('\n')).toContain(word);
  });

  it.each([
    ['--check=yes', '--check takes no value'],
    ['--write-env', '--write-env needs a value'],
    ['--write-env --check', '--write-env needs a value; it is followed by --check'],
    ['--write-env a --write-env b', '--write-env is given twice'],
    ['--frontend-port 70000', '--frontend-port must be a port from 1 to 65535, not "70000"'],
    ['--profile keycloak', '--profile goes with --issuer'],
    ['--target compose', '--target compose goes with --check: the cluster is already running'],
  ])('refuse %s', (line, fault) => {
    expect(faultsOf(line)).toEqual([fault]);
  });

  it('ask for everything that an own identity provider needs', () => {
    expect(faultsOf('--issuer https://idp.example.com')).toEqual([
      '--issuer needs --client-id as well',
      '--issuer needs --client-secret-file as well',
    ]);
  });

  it.each(['http://idp.example.com', 'idp.example.com', 'https://idp.example.com?x=1', 'ftp://idp.example.com'])(
    'refuse the issuer %s',
    (issuer) => {
      expect(faultsOf(`--issuer ${issuer} --client-id a --client-secret-file s`)).toHaveLength(1);
    },
  );

  it.each(['http://localhost:9', 'http://127.0.0.1:9', 'http://idp.example.com --unsafe-plain-http-idp'])(
    'allow the issuer %s',
    (issuer) => {
      expect(faultsOf(`--issuer ${issuer} --client-id a --client-secret-file s`)).toEqual([]);
    },
  );

  it('show the help, whatever else is given', () => {
    expect(parse('--help --nonsense')).toEqual({ kind: 'help' });
    expect(helpText).toContain('--write-env FILE');
  });
});
