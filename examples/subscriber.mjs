// Prints every event of a hall (npm install mqtt cloudevents): subscriber.mjs HOST PORT SITE [FOLDER].
//
// FOLDER is what `gate-agent provision --out hall --reader NAME` made, hall/reader-NAME: ca.crt, and
// a certificate with its key. The name in it is the client's id too: one subscriber at a time for each.

import { readFileSync } from "node:fs";
import { basename, join, resolve } from "node:path";
import { CloudEvent } from "cloudevents";
import mqtt from "mqtt";

const [, , host, port, site, folder] = process.argv;
const own = folder ? basename(resolve(folder)) : "";
const file = (name) => readFileSync(join(folder, name));
const papers = folder ? { ca: file("ca.crt"), cert: file(`${own}.crt`), key: file(`${own}.key`), clientId: own } : {};
const client = mqtt.connect({ protocol: folder ? "mqtts" : "mqtt", host, port: Number(port), protocolVersion: 5, ...papers });

client.on("connect", () => client.subscribe(["urgent", "routine"].map((lane) => `gate/v1/${site}/+/event/${lane}`), { qos: 1 }));
client.on("error", (fault) => console.error(fault.message));
client.on("message", (_topic, payload) => {
  const event = new CloudEvent(JSON.parse(payload.toString())); // CloudEvents 1.0, structured mode
  const gate = event.source.split("/").at(-1);
  console.log(event.time, gate, Number(event.sequence), event.type, event.subject ?? "", event.drill ? "[drill]" : "");
});
