// The line to the gate: server-sent events, resumed where they stopped; silence is told.

const SILENT_MS = 3500; // three pulses missed: the guard learns it within 5 s
const REOPEN_MS = 3000;

/**
 * Listen for good. `onState(snapshot)`, `onPulse()`, `onJournal(mark)`,
 * `onLife(alive, silentMs)` four times a second.
 */
export function listen({ onState, onPulse, onJournal, onLife }) {
  let source = null;
  let lastId = null;
  let heard = performance.now();
  let openedAt = 0;

  function keep(event) {
    heard = performance.now();
    if (event.lastEventId) lastId = event.lastEventId;
  }

  function open() {
    source?.close();
    openedAt = performance.now();
    source = new EventSource(lastId === null ? "/api/v1/stream" : `/api/v1/stream?after=${lastId}`);
    source.addEventListener("state", (event) => {
      keep(event);
      onState(JSON.parse(event.data), heard);
    });
    source.addEventListener("journal", (event) => {
      keep(event);
      onJournal(JSON.parse(event.data));
    });
    source.addEventListener("pulse", (event) => {
      keep(event);
      onPulse();
    });
  }

  function look() {
    const now = performance.now();
    const silent = now - heard;
    // The browser comes back by itself after a break, not after silence or a refusal.
    if (silent > REOPEN_MS && now - openedAt > REOPEN_MS) open();
    onLife(silent < SILENT_MS, silent);
  }

  open();
  setInterval(look, 250);
}
