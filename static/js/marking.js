// The marking desk: one script at a time, by keyboard. What a marker typed stays on the screen until the server has it.
const desk = document.getElementById("desk");
const at = (id) => document.getElementById(id);
let token = document.querySelector("[name=csrfmiddlewaretoken]").value;
let shown = null, waiting = null, last = null, isBusy = false, undoable = null, ticking = 0;
const saves = [];

const ask = async (url, body, again = true) => {
  let reply;
  try {
    reply = await fetch(url, body === undefined ? {headers: {Accept: "application/json"}} : {
      method: "POST", redirect: "error", body: JSON.stringify(body),
      headers: {"Content-Type": "application/json", Accept: "application/json", "X-CSRFToken": token},
    });
  } catch {
    return {status: 0, message: "没有连上服务器，评分还在本页。请稍后再按一次。"};
  }
  const answer = await reply.json().catch(() => ({message: "服务器没有正常答复，评分还在本页。请稍后再按一次。"}));
  if (answer.code === "csrf" && again) {
    token = answer.token;
    return ask(url, body, false);
  }
  return {...answer, status: reply.status};
};

const inputs = () => [...at("lines").querySelectorAll("input")];
const open = () => inputs().filter((input) => !input.readOnly);
const cents = (text) => Math.round(Number(text) * 100);
const plain = (value) => String(value / 100);

const complain = (text, input) => {
  at("refusal").textContent = text;
  at("refusal").hidden = !text;
  for (const one of inputs()) one.removeAttribute("aria-invalid");
  if (input) { input.setAttribute("aria-invalid", "true"); input.focus(); input.select(); }
};

const notice = (text) => { at("notice").textContent = text; at("notice").hidden = !text; };

const wrong = (input) => {
  const text = input.value.trim(), most = cents(input.dataset.full);
  if (text === "") return "还没有评分";
  if (!/^\d{1,4}(\.\d{1,2})?$/.test(text) || cents(text) > most) return `得分应在0至${input.dataset.full}之间`;
  return cents(text) % 50 && cents(text) !== most ? "得分以0.5分为一档" : "";
};

const add = () => {
  const filled = inputs().filter((input) => !wrong(input)), missing = inputs().length - filled.length;
  at("sum").textContent = plain(filled.reduce((sum, input) => sum + cents(input.value), 0));
  at("sum-of").textContent = `/${shown.full}分${missing ? `，${missing}项未评` : ""}`;
  at("save").setAttribute("aria-disabled", String(missing > 0 || !shown.is_open));
};

const lineOf = (line, number) => {
  const item = document.createElement("li"), label = document.createElement("label"), words = document.createElement("div");
  const points = document.createElement("span"), input = document.createElement("input"), full = document.createElement("em");
  Object.assign(input, {id: `k${number}`, name: line.key, inputMode: "decimal", autocomplete: "off", maxLength: 7});
  input.dataset.full = line.full;
  input.value = shown.points[line.key] ?? (line.is_blank ? "0" : "");
  input.readOnly = line.is_blank || !shown.is_open;
  label.htmlFor = input.id;
  label.textContent = line.label;
  full.textContent = `/${line.full}`;
  points.className = "pts";
  item.dataset.key = line.key;
  words.append(label);
  if (line.is_blank) {
    item.className = "is-blank";
    const told = document.createElement("p");
    told.textContent = "没有作答，记0分";
    words.append(told);
  }
  points.append(input, full);
  item.append(words, points);
  return item;
};

const stand = (standing) => {
  const {mine, team} = standing;
  last = standing.last;
  at("mine").textContent = `我的${mine[0].toLocaleString()}/${mine[1].toLocaleString()}份`;
  at("team").textContent = `全组${team[0].toLocaleString()}/${team[1].toLocaleString()}份次`;
  Object.assign(at("bar"), {max: mine[1] || 1, value: mine[0]});
  const minutes = saves.length > 1 ? (saves.at(-1) - saves[0]) / 60_000 : 0;
  at("pace").textContent = minutes ? `本次${saves.length}份，每份约${Math.max(1, Math.round(minutes * 60 / (saves.length - 1)))}秒` : "";
};

const show = (script) => {
  shown = script;
  complain("");
  closeDoubt();
  at("about").hidden = at("rubric").hidden = !script;
  if (!script) return rest();
  at("code").textContent = script.code;
  at("place").textContent = `第${script.number}份`;
  at("length").textContent = `共${script.characters.toLocaleString()}字`;
  at("paper").innerHTML = script.html;
  at("lines").replaceChildren(...script.lines.map(lineOf));
  at("cm").value = script.comment;
  at("cm").readOnly = !script.is_open;
  at("flag").hidden = script.is_done || !script.is_open;
  at("save").textContent = script.is_done ? "改为此分" : "记分，下一份";
  notice(script.reply ? `主考答复：${script.reply}` : script.is_open ? "" : "这份已评，现在不能再改。按J接着评下一份。");
  add();
  at("script").scrollTop = 0;
  (open().find((input) => input.value === "") ?? open()[0] ?? at("script")).focus();
};

const rest = () => {
  const box = document.createElement("div"), title = document.createElement("h2"), told = document.createElement("p");
  const link = document.createElement("a");
  box.className = "done";
  title.textContent = "分给您的答卷都已评完";
  title.tabIndex = -1;
  told.textContent = "按K可以返回上一份。下一轮开评或有第三评时会通知您。";
  Object.assign(link, {className: "btn main", href: document.querySelector(".strip a.btn").href, textContent: "返回我的评卷"});
  box.append(title, told, link);
  at("paper").replaceChildren(box);
  title.focus();
};

const guarded = (task) => async (...given) => {
  if (isBusy) return;
  isBusy = true;
  desk.setAttribute("aria-busy", "true");
  try { await task(...given); } finally { isBusy = false; desk.removeAttribute("aria-busy"); }
};

const refused = (reply) => {
  if (reply.code === "conflict" || reply.code === "decided") return conflict(reply);
  const text = reply.message ?? (reply.status === 403 || reply.status === 404 ? "您已不在这道题的评卷组，或这份答卷已转给他人。请刷新页面。" : "没有记分，请再试一次。");
  return shown ? complain(text) : notice(text);
};

// Both are kept on the server. What is stored is shown beside what was sent; sending again is a decision of his.
const conflict = ({message, stored, differs}) => {
  notice(`${message}${stored ? `已存的合计${stored.total}分。` : ""}`);
  complain(message);
  if (!stored) return;
  for (const item of at("lines").children) {
    if (!differs.includes(item.dataset.key)) continue;
    const was = document.createElement("p");
    was.className = "was";
    was.textContent = `已存${stored.points[item.dataset.key] ?? "—"}分`;
    item.classList.add("differs");
    item.firstChild.append(was);
  }
  if (stored.is_mine) shown.version = stored.version;
  else { shown.is_open = false; for (const input of inputs()) input.readOnly = true; add(); }
};

const count = (code, total) => {
  clearInterval(ticking);
  undoable = {code, until: performance.now() + Number(desk.dataset.undo) * 1000};
  at("toast-text").textContent = `${code}已记${total}分`;
  at("toast").hidden = false;
  const tick = () => {
    const left = Math.ceil((undoable.until - performance.now()) / 1000);
    at("left").textContent = left;
    if (left <= 0) forget();
  };
  tick();
  ticking = setInterval(tick, 250);
};

const forget = () => { clearInterval(ticking); undoable = null; at("toast").hidden = true; };

// The script he had begun before he looked back is still as he left it.
const arrive = (script) => {
  const isSame = script && waiting && script.code === waiting.code && script.version === waiting.version;
  waiting = isSame ? {...script, points: waiting.points, comment: waiting.comment} : script;
  show(waiting);
};

const next = guarded(async () => {
  const reply = await ask(desk.dataset.next, {});
  if (reply.code !== "next") return refused(reply);
  stand(reply.standing);
  arrive(reply.script);
});

const save = guarded(async () => {
  if (!shown?.is_open) return;
  const bad = inputs().find(wrong);
  if (bad) return complain(`${bad.closest("li").querySelector("label").textContent}：${wrong(bad)}`, bad);
  const points = Object.fromEntries(inputs().map((input) => [input.name, input.value.trim()]));
  const reply = await ask(desk.dataset.save, {code: shown.code, points, comment: at("cm").value, version: shown.version});
  if (reply.code !== "stored") return refused(reply);
  saves.push(performance.now());
  stand(reply.standing);
  arrive(reply.script);
  count(reply.saved, reply.total);
});

const undo = guarded(async () => {
  if (!undoable) return;
  const {code} = undoable;
  forget();
  const reply = await ask(desk.dataset.undoing, {code});
  if (reply.code !== "undone") return refused(reply);
  saves.pop();
  stand(reply.standing);
  show(reply.script);
});

const look = guarded(async (code) => {
  const reply = await ask(desk.dataset.script.replace("A0-0000", code));
  if (reply.code !== "script") return refused(reply);
  if (shown && shown === waiting) keepTyped();
  show(reply.script);
});

// What was typed into the open script comes back when he returns to it.
const keepTyped = () => {
  waiting = {...waiting, points: Object.fromEntries(inputs().filter((one) => one.value !== "").map((one) => [one.name, one.value])), comment: at("cm").value};
};

const back = () => {
  const code = shown ? shown.before : last;
  if (code) look(code);
};
const forth = () => {
  if (shown?.after) look(shown.after);
  else if (shown && shown !== waiting && waiting) show(waiting);
  else if (!shown || shown !== waiting) next();
};

const openDoubt = () => { if (shown?.is_open && !shown.is_done) { at("doubt").hidden = false; at("doubt").scrollIntoView(); at("note").focus(); } };
const closeDoubt = () => { at("doubt").hidden = true; at("note").value = ""; };
const doubt = guarded(async () => {
  const reply = await ask(desk.dataset.flag, {code: shown.code, note: at("note").value});
  if (reply.code !== "flagged") return refused(reply);
  stand(reply.standing);
  arrive(reply.script);
});

const step = (input, by) => {
  const all = open(), found = all[all.indexOf(input) + by];
  if (found) { found.focus(); found.select(); }
  return Boolean(found);
};

const enter = (event) => {
  event.preventDefault();
  if (event.ctrlKey || event.metaKey) return save();
  const input = event.target, why = wrong(input);
  if (event.shiftKey) return step(input, -1);
  if (why) return complain(why, input);
  complain("");
  if (!step(input, 1)) save();
};

const HOT = {
  j: forth, k: back, u: undo, f: openDoubt, c: () => at("cm").focus(), "?": () => at("help").showModal(),
};

document.addEventListener("keydown", (event) => {
  if (at("help").open || event.altKey || event.isComposing) return;
  const writes = event.target.matches("textarea");
  if (event.key === "Escape") { closeDoubt(); (open().find((one) => one.value === "") ?? open()[0])?.focus(); return; }
  if (event.key === "Enter" && event.target.id === "note" && (event.ctrlKey || event.metaKey)) { event.preventDefault(); doubt(); return; }
  if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) { event.preventDefault(); save(); return; }
  if (writes) return;
  if (event.key === "Enter" && event.target.matches(".crit input")) { enter(event); return; }
  const act = !event.ctrlKey && !event.metaKey && HOT[event.key.toLowerCase()];
  if (act) { event.preventDefault(); act(); return; }
  if (/^[0-9]$/.test(event.key) && !event.target.matches("input") && !event.ctrlKey && !event.metaKey && shown?.is_open) {
    (open().find((one) => one.value === "") ?? open()[0])?.focus();
  }
});

at("lines").addEventListener("input", () => { complain(""); add(); });
at("lines").addEventListener("focusin", (event) => {
  for (const item of at("lines").children) item.classList.toggle("now", item.contains(event.target));
  event.target.select?.();
});
at("rubric").addEventListener("submit", (event) => { event.preventDefault(); save(); });
at("undo").addEventListener("click", undo);
at("flag").addEventListener("click", openDoubt);
at("doubt-no").addEventListener("click", closeDoubt);
at("doubt-yes").addEventListener("click", doubt);
addEventListener("beforeunload", (event) => {
  if (shown?.is_open && shown === waiting && inputs().some((one) => one.value !== "" && !one.readOnly)) event.preventDefault();
});
next();
