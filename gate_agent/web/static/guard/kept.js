// What outlives a reload of this screen, and no longer than this tab: what is open, what is typed.

const PREFIX = "gate.kept.";

/**
 * Keep a value, or forget it: null. What was typed goes as soon as it was sent, or its person is gone.
 * @param {string} name
 * @param {unknown} value
 */
export function keep(name, value) {
  if (value === null) sessionStorage.removeItem(PREFIX + name);
  else sessionStorage.setItem(PREFIX + name, JSON.stringify(value));
}

/**
 * What was kept, or null.
 * @param {string} name
 * @returns {unknown}
 */
export function kept(name) {
  try {
    /** @type {unknown} */
    const value = JSON.parse(sessionStorage.getItem(PREFIX + name) ?? "null");
    return value;
  } catch {
    return null;
  }
}
