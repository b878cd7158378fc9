// Sends a form as JSON, and shows what the centre answered: a new place, or what it expected.
export const zh = document.documentElement.dataset.lang === "zh";

const REFUSALS = {
  wrong: ["姓名或口令不对", "The name or the password is wrong"],
  slowed: ["口令错误次数过多，请五分钟后再试", "Too many wrong tries: wait five minutes"],
  code: ["一次性代码不对：请看汇聚服务的日志", "Not the code: look into the collector’s log"],
  taken: ["这个名称已被使用，请换一个", "This name is taken"],
  unknown: ["没有这个账户", "There is no such account"],
  last: ["这是最后一个运维账户，不能停用", "The last maintainer cannot be disabled"],
  sign_on: ["登录已到期，请重新登录", "Your session is over: sign on again"],
  role: ["您的角色不能这样做", "Your role may not do this"],
  csrf: ["页面已过期，请刷新后再试", "This page is out of date: reload it"],
  again: ["期间情况有变化，请刷新后核对", "It changed meanwhile: reload and look again"],
  outdated: ["期间已有新版本，请刷新后再改", "There is a newer version: reload it"],
  reason: ["请写明原因", "Write down the reason"],
  who: ["请输入完整的证件号码或 64 位人员标识", "A whole card number, or a reference of 64 digits"],
  out_of_turn: ["现在不能这样处理，请刷新页面核对", "Not possible now: reload and look again"],
  no_contact: ["没有符合条件的密切接触者：请先逐人确认", "No such contact: confirm them first"],
  no_key: ["汇聚服务没有配置所需的密钥", "The collector has no key for this"],
  http_404: ["没有这一项，或已失效", "Nothing is there, or not any more"],
  store: ["存储暂时没有应答，请稍后再试", "The store does not answer now: try again"],
  full: ["打开的画面过多，请关闭几个", "Too many screens: close some"],
  fields: ["填写有误：请看标出的各处", "Not taken: see the fields that are marked"],
  unchanged: ["还没有改动", "Nothing was changed yet"],
  nobody: ["没有配置通知对象", "Nobody is configured to be told"],
};

export function refuse(fault, error) {
  const words = REFUSALS[error.code];
  fault.dispatchEvent(new CustomEvent("refused", { detail: error, bubbles: true }));
  const lines = error.faults ?? (words ? [words[zh ? 0 : 1]] : [`${zh ? (error.code === "invalid" ? "填写有误：" : "应为") : "expected"} ${error.expected}${zh ? "，实为 " : ", got "}${error.got}`]);
  fault.replaceChildren(...lines.map((line) => Object.assign(document.createElement("span"), { textContent: line })));
  if (error.code === "sign_on") fault.append(Object.assign(document.createElement("a"), { href: zh ? "/sign-on" : "/sign-on?lang=en", textContent: zh ? "登录" : "Sign on" }));
  fault.hidden = false;
}

export const csrf = document.querySelector("meta[name=csrf]")?.content ?? "";

export function value(form) {
  const told = {};
  for (const field of form.elements) {
    if (!field.name || field.disabled) continue;
    if (field.type === "checkbox") told[field.name] = field.checked;
    else if (field.type === "radio") { if (field.checked) told[field.name] = field.value; }
    else if (field.type === "number" || "number" in field.dataset) told[field.name] = field.value === "" ? null : Number(field.value);
    else told[field.name] = field.value;
  }
  return told;
}

// Sends a form; returns what the centre told, or nothing once it was refused and said so.
export async function post(form, path, body = JSON.stringify(value(form))) {
  const fault = form.querySelector(".fault");
  const button = form.querySelector("button:not([type=button])");
  fault.hidden = true;
  button.disabled = true;
  try {
    const answer = await fetch(path, { method: "POST", body, headers: { "Content-Type": "application/json", "X-CSRF": csrf } });
    const told = await answer.json();
    if (answer.ok) return told;
    refuse(fault, told.error);
  } catch {
    fault.textContent = zh ? "没有应答，请重试" : "no answer, try again";
    fault.hidden = false;
  } finally {
    button.disabled = false;
  }
}

async function send(form, path, body) {
  const told = await post(form, path, body);
  if (!told) return;
  if (told.key) {
    const fault = form.querySelector(".fault");
    fault.textContent = `${zh ? "密钥，只显示这一次：" : "the key, shown this once: "}${told.key}`;
    fault.hidden = false;
    return;
  }
  leave(told);
}

// Goes to where the centre shows what was done.
export function leave(told) {
  const where = new URL(told.location ?? location.href, location.href);
  if (!zh) where.searchParams.set("lang", "en");
  location.assign(where);
}

for (const form of document.querySelectorAll("form[data-post]"))
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    send(form, form.dataset.post);
  });
for (const button of document.querySelectorAll("[data-print]")) button.addEventListener("click", () => print());
