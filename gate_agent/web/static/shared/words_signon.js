// The words of signing on (值守登录); see words.js.

export const ZH = {
  signon: "请选择姓名并输入 PIN 上岗", signon_pin: "输入 PIN", signon_enter: "确认",
  signon_wrong: "姓名或 PIN 不对，请重试", signon_wait: "请等 {s} 秒再试", signon_name: "请输入姓名",
  signon_setup: "新闸口：请输入服务日志里的一次性代码", signon_new_pin: "请设定 PIN（6 至 12 位，不要连号）",
  signoff: "下岗", signoff_title: "确认下岗？", role_guard: "值守", role_supervisor: "主管", role_maintainer: "维护",
  look: "主管查看", look_title: "为什么查看？每次查看都有记录", look_nobody: "身份不明", look_nothing: "没有可查看的",
  picture: "暂留抓拍", no_picture: "没有抓拍",
  staff: "账号管理", staff_add: "添加账号", staff_role: "角色", staff_pin: "重设 PIN", staff_enable: "重设 PIN 并启用", staff_disable: "停用", staff_disabled: "已停用",
  staff_disable_title: "停用 {n}？其登录随即失效", staff_again: "请再输一次", staff_differs: "两次不同，请重新设定", refused_own: "不能停用自己的账号", refused_easy_pin: "PIN 太容易猜：不要连号、不要重复",
  refused_sign_on: "请先登录上岗", refused_csrf: "登录已失效，请重新登录", refused_role: "需要值班主管",
};

export const EN = {
  signon: "Choose your name, enter your PIN", signon_pin: "Enter PIN", signon_enter: "Enter",
  signon_wrong: "Not this name and PIN: try again", signon_wait: "Wait {s} s, then try again", signon_name: "Enter your name",
  signon_setup: "New door: enter the one-time code of the service's log", signon_new_pin: "Choose a PIN (6 to 12 digits, no row)",
  signoff: "Sign off", signoff_title: "Sign off?", role_guard: "guard", role_supervisor: "supervisor", role_maintainer: "maintainer",
  look: "Look", look_title: "Why? Every look is recorded", look_nobody: "Not identified", look_nothing: "Nothing to see",
  picture: "Picture of the hold", no_picture: "No picture",
  staff: "Accounts", staff_add: "Add an account", staff_role: "Role", staff_pin: "Another PIN", staff_enable: "New PIN, enable", staff_disable: "Disable", staff_disabled: "disabled",
  staff_disable_title: "Disable {n}? Their sessions end at once", staff_again: "Once more", staff_differs: "Not the same: begin again", refused_own: "Not your own account", refused_easy_pin: "Too easy to guess: no row, no repeat",
  refused_sign_on: "Sign on first", refused_csrf: "Sign on again", refused_role: "A supervisor must do this",
};
