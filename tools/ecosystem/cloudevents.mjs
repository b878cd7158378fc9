// Reads events with the CloudEvents SDK for JavaScript, one JSON text a line, as MQTT brings them
// (structured mode): prints each as the SDK has it. cloudevents.mjs < EVENTS

import { createInterface } from "node:readline";
import { MQTT } from "cloudevents";

const lines = [];
for await (const line of createInterface({ input: process.stdin })) {
  const message = MQTT.toEvent({
    headers: { "content-type": "application/cloudevents+json" },
    body: line,
    payload: line,
    "User Properties": {},
    PUBLISH: { "Content Type": "application/cloudevents+json" },
  });
  message.validate();
  lines.push(message.toJSON());
}
process.stdout.write(JSON.stringify(lines));
