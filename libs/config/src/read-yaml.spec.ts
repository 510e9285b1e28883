import { describe, expect, it } from '@jest/globals';
import { z } from 'zod';
import { ConfigError } from './load-config.js';
import { readYaml } from './read-yaml.js';

const Place = z.strictObject({
  origin: z.url(),
  ttlS: z.number().positive().default(60),
  tags: z.array(z.string()).default([]),
  mode: z.enum(['a', 'b']).optional(),
});
const Schema = z.strictObject({
  owners: z.record(z.string().regex(/^[a-z]+$/, 'must be made of a-z'), z.strictObject({ id: z.string() })).default({}),
  places: z.array(Place),
});

describe('a YAML document', () => {
  it('is read with defaults, anchors and merge keys', () => {
    const text =
      'places:\n  - &first { origin: http://a, tags: &tags [x] }\n  - <<: *first\n    origin: http://b\n  - { origin: http://c, tags: *tags }\n';
    expect(readYaml(text, Schema).value.places).toEqual([
      { origin: 'http://a', ttlS: 60, tags: ['x'] },
      { origin: 'http://b', ttlS: 60, tags: ['x'] },
      { origin: 'http://c', ttlS: 60, tags: ['x'] },
    ]);
  });

  it('may use one anchor thousands of times', () => {
    const places = Array.from({ length: 3_000 }, (_, index) => `  - { origin: http://h${index}, tags: *tags }`);
    const text = `places:\n  - { origin: http://a, tags: &tags [x, y] }\n${places.join('\n')}\n`;
    expect(readYaml(text, Schema).value.places).toHaveLength(3_001);
  });

  it.each<[string, string, readonly (string | RegExp)[]]>([
    ['a missing key', 'places:\n  - origin: http://a\n  - ttlS: 5\n', ['line 3, places[1].origin: is required']],
    ['a missing key at the top', '# nothing\nowners: {}\n', ['line 2, places: is required']],
    ['nothing at all', '', [/^line 1, the document: must be object, not null$/]],
    [
      'an unknown key',
      'places:\n  - origin: http://a\n    orgin: hunter2\n',
      ['line 3, places[0].orgin: is no key that is known here'],
    ],
    [
      'a wrong type',
      'places:\n  - origin: http://a\n\n    ttlS: hunter2\n',
      ['line 4, places[0].ttlS: must be number, not string'],
    ],
    [
      'a wrong type inside a list',
      'places:\n  - origin: http://a\n    tags:\n      - x\n      - 7\n',
      ['line 5, places[0].tags[1]: must be string, not number'],
    ],
    [
      'a block below its key',
      'places:\n  - origin: http://a\n    tags:\n      x: hunter2\n',
      ['line 3, places[0].tags: must be array, not object'],
    ],
    [
      'a wrong choice',
      'places:\n  - origin: http://a\n    mode: hunter2\n',
      [/^line 3, places\[0\]\.mode: must be one of /],
    ],
    ['a wrong URL', 'places:\n  - origin: hunter2\n', ['line 2, places[0].origin: must be an absolute URL']],
    ['a wrong name', 'owners:\n  A: {id: x}\nplaces: []\n', ['line 2, owners.A: must be made of a-z']],
    [
      'a number out of range',
      'places:\n  - { origin: http://a, ttlS: -3 }\n',
      ['line 2, places[0].ttlS: number must be >0'],
    ],
    [
      'what an alias brings, where it really stands',
      'places:\n  - origin: http://a\n    tags: &tags\n      - 7\n  - origin: http://b\n    tags: *tags\n',
      [
        'line 4, places[0].tags[0]: must be string, not number',
        'line 4, places[1].tags[0]: must be string, not number',
      ],
    ],
    [
      'what a merge key brings, where it really stands',
      'places:\n  - &first\n    origin: http://a\n    ttlS: no\n  - <<: *first\n    origin: 5\n',
      [
        'line 4, places[0].ttlS: must be number, not string',
        'line 6, places[1].origin: must be string, not number',
        'line 4, places[1].ttlS: must be number, not string',
      ],
    ],
    [
      'a key that stands twice',
      'places:\n  - origin: http://a\n    origin: http://b\n',
      ['line 3: has a key that stands twice'],
    ],
    [
      'a key that stands twice, beside other faults',
      'places:\n  - origin: http://a\n    origin: http://b\n  - {}\n',
      ['line 3: has a key that stands twice', 'line 4, places[1].origin: is required'],
    ],
    ['a tag', 'places:\n  - origin: !env hunter2\n', [/^line 2: has a tag/, /^line 2, places\[0\]\.origin: /]],
    ['an alias without anchor', 'places:\n  - *hunter2\n', ['line 2: names an anchor that does not stand above it']],
    ['an anchor inside itself', 'places: &all\n  - *all\n', [/aliases that grow/]],
    ['a merge key that names no map', 'places:\n  - <<: 5\n', ['the document: has a merge key (<<) that names no map']],
    ['broken YAML', 'places:\n  - origin: "hunter2\n', [/^line \d: is not YAML: /]],
    ['two documents', 'places: []\n---\nplaces: []\n', [/^line \d: is not YAML: multiple docs/]],
    ['tabs', 'places:\n\t- origin: http://hunter2\n', [/^line 2: is not YAML: /]],
  ])('names %s with its line', (_name, text, said) => {
    expect(faultsOf(text)).toEqual(said.map((one) => (typeof one === 'string' ? one : expect.stringMatching(one))));
  });

  it('has every fault named at once, and no value repeated', () => {
    const text =
      'owners:\n  o: { id: 7, hunter: hunter2 }\nplaces:\n  - { origin: hunter2, ttlS: hunter2, tags: hunter2, mode: hunter2 }\n  - hunter2\n';
    const faults = faultsOf(text);
    expect(faults.map((fault) => fault.split(':')[0])).toEqual([
      'line 2, owners.o.id',
      'line 2, owners.o.hunter',
      'line 4, places[0].origin',
      'line 4, places[0].ttlS',
      'line 4, places[0].tags',
      'line 4, places[0].mode',
      'line 5, places[1]',
    ]);
    expect(faults.join()).not.toContain('hunter2');
  });

  it.each([
    ['aliases of aliases', (name: string, before: string) => `${name}: &${name} [${`*${before},`.repeat(9)}]`],
    ['merges of merges', (name: string, before: string) => `${name}: &${name} {<<: [${`*${before},`.repeat(9)}]}`],
  ])('is refused before it grows: %s', (_name, line) => {
    const names = Array.from({ length: 20 }, (_empty, index) => `x${String.fromCharCode(97 + index)}`);
    const lines = names.slice(1).map((name, index) => line(name, names[index] ?? ''));
    const text = `xa: &xa {k: hunter2}\n${lines.join('\n')}\nplaces: []\n`;
    expect(faultsOf(text)).toEqual([expect.stringMatching(/aliases that grow into too many values/)]);
  });

  it('says where a thing stands that turns out to be wrong later', () => {
    const { faultAt } = readYaml('places:\n  - origin: http://a\n    tags:\n      - x\n', Schema);
    expect(faultAt(['places', 0, 'tags', 0], 'no')).toEqual({ key: 'line 4, places[0].tags[0]', message: 'no' });
    expect(faultAt(['places', 0, 'mode'], 'no').key).toBe('line 2, places[0].mode');
  });
});

function faultsOf(text: string): readonly string[] {
  try {
    readYaml(text, Schema);
    return [];
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    return error.faults.map(({ key, message }) => `${key}: ${message}`);
  }
}
