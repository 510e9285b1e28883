import { type Document, isAlias, isMap, isNode, isPair, isScalar, isSeq, type Pair } from 'yaml';

/** The way to a value: names of keys, and places in lists. */
export type YamlPath = readonly (string | number)[];

/**
 * Gives where the named thing stands in the text: its key, or its place in a list; when it is missing, the nearest thing around it.
 * An alias or a merged key leads to where the text really is.
 */
export function offsetOf(document: Document, path: YamlPath): number | undefined {
  let node: unknown = document.contents;
  let offset = startOf(node);
  for (const step of path) {
    const pair = typeof step === 'number' ? undefined : pairOf(resolved(node, document), step, document);
    const list: unknown = resolved(node, document);
    const next: unknown = typeof step === 'number' ? (isSeq(list) ? list.items[step] : undefined) : pair?.value;
    const place = pair === undefined ? startOf(next) : startOf(pair.key);
    if (place === undefined) return offset;
    offset = place;
    node = next;
  }
  return offset;
}

function resolved(node: unknown, document: Document): unknown {
  return isAlias(node) ? node.resolve(document) : node;
}

/** A key of the map itself goes before a merged one. */
function pairOf(map: unknown, key: string, document: Document): Pair | undefined {
  if (!isMap(map)) return undefined;
  const own = map.items.find((pair) => isScalar(pair.key) && String(pair.key.value) === key);
  if (own !== undefined) return own;
  for (const source of mergedInto(map.items, document)) {
    const pair = pairOf(source, key, document);
    if (pair !== undefined) return pair;
  }
  return undefined;
}

function mergedInto(items: readonly unknown[], document: Document): readonly unknown[] {
  return items.flatMap((item) => {
    if (!isPair(item) || !isMergeKey(item.key)) return [];
    const value = resolved(item.value, document);
    return isSeq(value) ? value.items.map((source) => resolved(source, document)) : [value];
  });
}

/** A merge key's value is the text `<<`, or the library's own symbol for it. */
function isMergeKey(key: unknown): boolean {
  return isScalar(key) && (key.value === '<<' || (typeof key.value === 'symbol' && key.value.description === '<<'));
}

function startOf(node: unknown): number | undefined {
  return isNode(node) ? node.range?.[0] : undefined;
}
