/** What the global objects of our pages have besides. */
interface Window {
  /** MathJax's components, which come without types; in the sandbox, whatever a page has made of it. */
  MathJax: any;
  /** The speech rule engine. */
  SRE: any;
  /** What else pages' scripts look for in the sandbox. */
  katex: any;
  renderMathInElement: any;
  RevealMath: any;
  Reveal: any;
  $: any;
  /** Playwright's binding: engine/tab.py. */
  reportProgress(job: number, formula: number): Promise<void>;
}

interface Performance {
  /** Chromium's. */
  memory: { usedJSHeapSize: number };
}

declare var prerenderWorker: { loaded: Promise<void>; run(call: string): Promise<string> };
/** What our scripts know of a page on a screen (screens/look). */
interface ScreenState {
  /**
   * Each formula, in the order of the source, with the elements around it, the innermost first; not
   * there if the page's scripts are off.
   */
  parsed?: Map<Element, Element[]>;
  /** What to show of each violation. */
  violators?: Element[];
  exhibits?: Element[];
  /** How far what is around one was scrolled. */
  scrolled?: [Element, number, number][];
}

declare var prerender: ScreenState;

/** https://html.spec.whatwg.org/multipage/nav-history-apis.html#the-navigation-interface */
interface NavigateEvent extends Event {
  destination: { sameDocument: boolean };
}

declare var navigation: EventTarget & {
  addEventListener(type: 'navigate', listener: (event: NavigateEvent) => void): void;
};
