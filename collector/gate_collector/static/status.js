// Keeps the public page true while somebody looks at it, or it hangs on a wall.

const EVERY_MS = 60_000;

setInterval(() => { if (!document.hidden) location.reload(); }, EVERY_MS);
