// A browser's world for tests of the line: time that is told, lines that are opened, tabs that are shown.

export class World {
  now = 0;
  shown = true;
  chance = 0.5;
  lines = [];
  #timers = [];
  #listeners = [];

  constructor() {
    const world = this;
    this.performance = { now: () => world.now };
    this.Math = { random: () => world.chance };
    this.document = {
      get visibilityState() { return world.shown ? "visible" : "hidden"; },
      addEventListener: (_, listener) => world.#listeners.push(listener),
    };
    this.EventSource = class Line {
      static CLOSED = 2;
      readyState = 0;
      #on = {};

      constructor(url) {
        this.url = url;
        world.lines.push(this);
      }
      addEventListener(name, listener) { this.#on[name] = listener; }
      close() { this.readyState = 2; }
      /** The program says something. */
      says(name, data = {}, lastEventId = "") { this.#on[name]({ data: JSON.stringify(data), lastEventId }); }
      /** The connection breaks: the browser means to come back by itself. */
      breaks() { this.#on.error(); }
      /** An answer that is no line, such as 502: the browser gives up for good. */
      isRefused() {
        this.readyState = 2;
        this.#on.error();
      }
    };
    this.setInterval = (act, everyMs) => this.#timers.push({ act, everyMs, at: everyMs });
  }

  /** The line that is open now, or undefined. */
  get line() { return this.lines.filter((line) => line.readyState !== 2).at(-1); }

  /** Let time pass. */
  pass(ms) {
    const end = this.now + ms;
    for (;;) {
      const next = this.#timers.reduce((first, timer) => (timer.at < first.at ? timer : first));
      if (next.at > end) break;
      this.now = next.at;
      next.at += next.everyMs;
      next.act();
    }
    this.now = end;
  }

  /** Show the tab, or hide it. */
  show(shown) {
    this.shown = shown;
    for (const listener of this.#listeners) listener();
  }
}
