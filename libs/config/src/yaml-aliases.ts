import { type Document, isAlias, isCollection, isPair, isScalar } from 'yaml';

/** As many values as all aliases written out may make: thousands of front ends, and no more. */
const HEAVIEST = 200_000;

/** What is wrong with a document's aliases, and where. */
export interface AliasFault {
  readonly offset: number | undefined;
  readonly message: string;
  readonly fatal: true;
}

/**
 * Weighs a document before it becomes values: an alias that names no anchor, one inside its own anchor, and aliases of aliases
 * that would grow into millions of values (a "billion laughs") are faults.
 */
export function aliasFaultsOf(document: Document): readonly AliasFault[] {
  const faults: AliasFault[] = [];
  const weights = new Map<unknown, number>();
  const anchors = new Map<string, unknown>(); // in the order of the text: an alias means the last anchor above it
  const weigh = (node: unknown): number => {
    const known = weights.get(node);
    if (known !== undefined) return known;
    weights.set(node, Infinity); // who meets this node again on the way down is inside it
    const weight = weighAnew(node);
    weights.set(node, weight);
    return weight;
  };
  const weighAnew = (node: unknown): number => {
    if ((isCollection(node) || isScalar(node)) && node.anchor !== undefined) anchors.set(node.anchor, node);
    if (isPair(node)) return weigh(node.key) + weigh(node.value);
    if (isCollection(node)) return node.items.reduce<number>((sum, item) => sum + weigh(item), 1);
    if (!isAlias(node)) return 1;
    if (anchors.has(node.source)) return weigh(anchors.get(node.source));
    faults.push(faultOf(node.range?.[0], 'names an anchor that does not stand above it'));
    return 1;
  };
  if (weigh(document.contents) > HEAVIEST)
    faults.push(faultOf(undefined, 'has aliases that grow into too many values, or contain themselves'));
  return faults;
}

const faultOf = (offset: number | undefined, message: string): AliasFault => ({ offset, message, fatal: true });
