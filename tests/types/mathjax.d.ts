/**
 * What our modules use of MathJax, whose components come without types.
 * Sources: MathJax 4 ts/core/MmlTree/MmlNode.ts, ts/output/common/Wrapper.ts, ts/output/common.ts.
 */
declare namespace MJ {
  /** A class of a component. */
  type Class = new (...args: any[]) => any;

  interface Attributes {
    get(name: string): any;
    getExplicit(name: string): any;
    getInherited(name: string): any;
    getList(...names: string[]): Record<string, any>;
    getAllInherited(): Record<string, any>;
    getAllAttributes(): Record<string, any>;
    set(name: string, value: unknown): void;
    setList(values: Record<string, unknown>): void;
    unset(name: string): void;
    getExplicitNames(): string[];
  }

  /** A node of a compiled formula; a TextNode has a text and no attributes. */
  interface Node {
    kind: string;
    parent: Node;
    childNodes: Node[];
    attributes: Attributes;
    factory: { create(kind: string, attributes?: object, children?: Node[]): Node };
    texClass: number;
    prevClass: number;
    prevLevel: number;
    isToken: boolean;
    isEmpty: boolean;
    isEmbellished: boolean;
    isInferred: boolean;
    isKind(kind: string): boolean;
    coreMO(): Node;
    copy(): Node;
    getText(): string;
    setText(text: string): void;
    getProperty(name: string): any;
    setProperty(name: string, value: unknown): void;
    setTeXclass(before: Node | null): Node;
    texSpacing(): string;
    walkTree(visit: (node: Node) => void): void;
    replaceChild(next: Node, old: Node): void;
  }

  interface BBox {
    w: number;
    h: number;
    d: number;
    L: number;
    R: number;
    rscale: number;
    copy(): BBox;
    empty(): void;
  }

  interface TableData {
    W: number[];
    H: number[];
    D: number[];
    L: number;
  }

  /** What draws a node; the last members are those of fractions, roots and tables. */
  interface Wrapper {
    node: Node;
    parent: Wrapper;
    childNodes: Wrapper[];
    jax: OutputJax;
    font: { params: { x_height: number } };
    bbox: BBox;
    breakStyle: string;
    stretch?: { dir: string };
    size?: number | null;
    breakCount: number;
    getLineBBox(line: number): { originalL: number };
    dom: import('../../prerender/engine/worker/nodes.js').LiteElement[];
    setBreakStyle(style: string): void;
    getBBox(): BBox;
    getOuterBBox(): BBox;
    invalidateBBox(): void;
    stretchChildren?(): void;
    wrap(node: Node): Wrapper;
    walkTree(visit: (wrapper: Wrapper) => void): void;
    length2em(length: unknown): number;
    base: number;
    rootWidth(): number;
    getStretchedSurd(): void;
    hasLabels: boolean;
    cWidths: (number | string)[];
    cLines: number[];
    cSpace: number[];
    fSpace: number[];
    getTableData(): TableData;
    getWidth(): number;
    adjustWideTable(): void;
    stretchColumns(): void;
    stretchRows(): void;
    tableRows: Wrapper[];
  }

  /** What draws a node as SVG, while it does. */
  interface SvgWrapper extends Wrapper {
    dx: number;
    handleId(y: number): number;
  }

  /** Reads TeX; in a text, `text` is what it has so far. */
  interface Parser {
    string: string;
    i: number;
    text: string;
    stack: { env: Record<string, any>; global: Record<string, any>; Top(): any };
    configuration: any;
    constructor: any;
    GetNext(): string;
    GetCS(): string;
    GetArgument(name: string): string;
    ParseArg(name: string): Node;
    Push(node: Node): void;
    create(kind: string, ...args: any[]): Node;
    lookup(kind: string, name: string): any;
  }

  interface OutputJax {
    containerWidth: number;
    pxPerEm: number;
    linebreaks: { breakToWidth(row: Wrapper, width: number): void };
    math: Item;
    nodeMap: Map<Node, Wrapper>;
    /** Ours (mathjax.js): what it has drawn last. */
    drawn: Wrapper | null;
    table: Wrapper | null;
    font: { params: { x_height: number } };
    factory: { wrap(node: Node, parent?: Wrapper | null): Wrapper; getNodeClass(kind: string): { prototype: any } };
    fontCache: { cache: Map<string, string> };
    options: Record<string, any>;
    setDocument(doc: Document): void;
    createNode(): import('../../prerender/engine/worker/nodes.js').LiteElement;
    processMath(root: Wrapper, dom: import('../../prerender/engine/worker/nodes.js').LiteElement): void;
    getLinebreakWidth(): void;
    typeset(item: Item, doc: Document): import('../../prerender/engine/worker/nodes.js').LiteElement;
  }

  interface InputJax {
    name: string;
    parseOptions: any;
  }

  interface Item {
    math: string;
    root: Node;
    display: boolean;
    inputData: { recompile?: { state: number } };
    start: { node: HTMLElement | null };
    compile(doc: Document): void;
    state(to: number): void;
    setMetrics(em: number, ex: number, width: number, linewidth: number, scale?: number): void;
  }

  interface Document {
    inputJax: InputJax[];
    outputJax: OutputJax;
    options: { MathItem: new (math: string, jax: InputJax, display: boolean) => Item };
    /** Ours: where a sign stands that a line of a display is broken at. */
    signs?: 'before' | 'after' | 'duplicate';
  }
}
