// A door as its snapshots tell it, with whatever differs.

export const passage = (more = {}) => ({
  passage_id: "p-1", phase: "measuring", started: "2026-11-23T06:00:00Z", category: "visitor", person: null,
  temperature: null, known_phone: null, flags: [], waits_for: [], deadline_s: null, decision: null, reasons: [],
  hold_id: null, gate_open: false, needs_hand: false, ...more,
});

export const hold = (more = {}) => ({
  hold_id: "h-1", passage_id: "p-9", state: "flagged", category: "visitor", reason: "elevated", person: null,
  surface_centi_c: 3790, contact_centi_c: null, opened: "2026-11-23T06:00:00Z", due_s: 15, overdue: 0,
  next_steps: ["acknowledged"], drill: false, notes: [], steps: [], disinfected: false, escalates_to: null, ...more,
});

export const snapshot = (more = {}) => ({
  gate: { site: "s", id: "west-1f", name: "West", timezone: "Asia/Shanghai", version: "1" },
  time: "2026-11-23T06:00:00Z", hall_mode: "open", policy_version: 1, clock: "synced", live_centi_c: null,
  passage: null, holds: [], recent: [], desk: [], purposes: [], phone_required: true, alarms: [], alarm_counts: null,
  contacts: [], calls: [], thermometer: null, notice: null,
  today: { day: "2026-11-23", passages: [], holds_opened: 0, staff_present: 0, staff: 0, first_visit_ms: null, repeat_visit_ms: null },
  devices: { thermometer: { state: "ok" }, id_reader: { state: "ok" } },
  journal: { epoch: "e", sequence: 42, writable: true, cause: "" },
  uplink: { state: "connected", cause: "", pending: 0, oldest_pending_s: 0, receipted: 42, certificate_until: null },
  ...more,
});

/** The words of a page in this language. */
export const speak = (lang) => { globalThis.document = { documentElement: { lang } }; };
