// An answer that is cut short is no answer: no page is told null where it was promised a list.

import assert from "node:assert/strict";
import { createServer } from "node:http";
import { after, before, test } from "node:test";

import { request } from "shared/request.js";

const server = createServer((asked, answer) => {
  if (asked.url === "/whole") answer.end('{"n":1}');
  else if (asked.url === "/nothing") answer.writeHead(204).end();
  else if (asked.url === "/refused") answer.writeHead(409).end('{"error":{"code":"x","expected":"a","got":"b"}}');
  else answer.write('{"n":');
  if (asked.url === "/cut") setTimeout(() => answer.destroy(), 1);
});
before(() => new Promise((listens) => server.listen(0, "127.0.0.1", () => listens(undefined))));
after(() => { server.closeAllConnections(); server.close(); });

const ask = (path, withinMs = 30_000) => request(`http://127.0.0.1:${server.address().port}${path}`, { withinMs });

test("whole, empty and refused answers are told as they are", async () => {
  assert.deepEqual(await ask("/whole"), { ok: true, status: 200, told: { n: 1 } });
  assert.deepEqual(await ask("/nothing"), { ok: true, status: 204, told: null });
  assert.equal((await ask("/refused")).told.error.code, "x");
});

test("what is cut, or does not end in its time, is no answer", async () => {
  for (const answer of [await ask("/cut"), await ask("/slow", 200)]) assert.deepEqual([answer.ok, answer.status], [false, 0]);
});
