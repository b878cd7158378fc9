import assert from "node:assert/strict";
import { test } from "node:test";

import { oneEar } from "shared/ear.js";

/** One browser's locks, as far as an ear asks: waiting in turn, stealing, giving up. */
class Locks {
  #holder = null;
  #queue = [];

  request(_name, { steal = false, signal }, keep) {
    return new Promise((_done, failed) => {
      const one = { keep, failed };
      if (steal) {
        this.#holder?.failed(new Error("stolen"));
        this.#grant(one);
      } else if (this.#holder === null) {
        this.#grant(one);
      } else {
        this.#queue.push(one);
        signal?.addEventListener("abort", () => {
          this.#queue = this.#queue.filter((waiting) => waiting !== one);
          failed(new Error("given up"));
        });
      }
    });
  }

  /** The tab that holds it is closed. */
  release() {
    this.#holder = null;
    const next = this.#queue.shift();
    if (next) this.#grant(next);
  }

  #grant(one) {
    this.#holder = one;
    one.keep();
  }
}

function tab(locks, shown) {
  const one = { shown, listeners: [] };
  const document = {
    get visibilityState() { return one.shown ? "visible" : "hidden"; },
    addEventListener: (_, listener) => one.listeners.push(listener),
  };
  one.ear = oneEar("door", () => {}, { document, navigator: { locks } });
  one.show = (is) => {
    one.shown = is;
    for (const listener of one.listeners) listener();
  };
  return one;
}
const settled = () => new Promise((done) => setImmediate(done));
const hearing = (tabs) => tabs.map((one) => one.ear.hears());

test("the tab that was shown last hears, and no other", async () => {
  const locks = new Locks();
  const first = tab(locks, true);
  first.show(false);
  const second = tab(locks, true);
  await settled();
  assert.deepEqual(hearing([first, second]), [false, true]);

  second.show(false);
  first.show(true);
  await settled();
  assert.deepEqual(hearing([first, second]), [true, false]);
});

test("when it is closed another one hears", async () => {
  const locks = new Locks();
  const first = tab(locks, true);
  first.show(false);
  const second = tab(locks, true);
  await settled();

  locks.release();
  await settled();

  assert.equal(first.ear.hears(), true);
  assert.equal(second.ear.hears(), true); // it is gone, and cannot know
});

test("a tab that is opened in the background waits for its turn", async () => {
  const locks = new Locks();
  const first = tab(locks, true);
  const hidden = tab(locks, false);
  await settled();

  assert.deepEqual(hearing([first, hidden]), [true, false]);
});

test("without locks each hears: a missed alarm is worse than a slow tab", () => {
  assert.equal(tab(undefined, false).ear.hears(), true);
});
