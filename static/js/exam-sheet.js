// An exam on a device: what is written is kept here first, then sent, and stays marked until the server has it.
const form = document.getElementById("exam"), data = form.dataset;
const attempt = Number(data.attempt), epoch = Number(data.epoch);
const TEXT_PAUSE = 1000, STUCK = 30_000, TICK = 250, HAND_IN_SPREAD = 4_000, WARN = [15, 5, 1];

// As it came, with the time of this device on it: opened again without a network it knows how long ago that was.
const wasKept = Number(data.keptAt || 0);
if (!wasKept) data.keptAt = Date.now();
const page = new Response(`<!doctype html>${document.documentElement.outerHTML}`, {headers: {
  "Content-Type": "text/html; charset=utf-8", "Cache-Control": "no-store",
  "Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; manifest-src 'self'; font-src 'self'; base-uri 'none'; form-action 'self'",
}});

const cameAt = Number(data.now) + (wasKept ? Date.now() - wasKept : 0);

(async () => {
  const clock = makeClock(cameAt), queue = openQueue(document.body.dataset.user);
  const notices = makeNotices(document.getElementById("notices"));
  let deadline = data.deadline ? Number(data.deadline) : null, failing = 0, state = "open", counts = {}, warned = new Set();
  const $ = (id) => document.getElementById(id);

  const tell = {
    changed: () => { view?.paint(); bar(); },
    answered: (reply, asked) => {
      clock.set(reply.now, asked);
      if (!reply.state || !outbox.unsent().length) failing = 0;
      else if (failing) outbox.retry();
      notices.drop("token");
      if (reply.state) stand(reply.state);
      if ("deadline" in reply && reply.deadline !== deadline) moved(reply.deadline);
      bar();
    },
    failed: (reply) => {
      failing ||= Date.now();
      if (reply.status === 401 || reply.status === 404) lost(reply);
      bar();
    },
    refused: (slot, why) => notices.say(`refused-${slot}`, "bad", [`第${slot}题没有保存`, why || "请改一改作答，会自动再存。"], [], view.section(slot)),
    conflict: (slot, mine, theirs) => disagree(slot, mine, theirs),
    stopped: (why) => end(why),
  };
  const outbox = openOutbox({queue, url: data.save, token: data.token, attempt, epoch, clock, tell});
  let view = null;

  // --- what is there already: the server's, what this device had acknowledged, what it has not
  for (const [slot, [rev, answer]] of Object.entries(JSON.parse(data.answers))) outbox.hold(Number(slot), rev, answer);
  for (const one of await queue.given(attempt)) {
    if (one.epoch === epoch && one.rev > outbox.heldRev(one.slot)) outbox.hold(one.slot, one.rev, one.answer);
  }
  const left = await queue.unsent(attempt), stale = left.filter((one) => one.epoch < epoch);
  left.filter((one) => one.epoch === epoch).forEach(outbox.take);
  view = makeView({form, outbox, act: {painted: (found) => { counts = found; ready(); }}});
  const put = (slot) => writeAnswer(view.root(slot), `q${slot}`, outbox.current(slot));
  view.slots.forEach(put);
  adopt();

  // Answers an earlier device of the same browser never got through: on top of nothing newer they simply go now.
  function adopt() {
    for (const slot of new Set(stale.map((one) => one.slot))) {
      const own = stale.filter((one) => one.slot === slot).sort((a, b) => a.rev - b.rev), mine = own.at(-1);
      if (same(mine.answer, outbox.current(slot))) queue.drop(own);
      else if (mine.rev > outbox.heldRev(slot)) { outbox.enter(slot, mine.answer, own); put(slot); }
      else disagree(slot, outbox.current(slot), mine.answer, own, "换设备前本机没有送出的作答是：");
    }
  }

  // --- writing
  const timers = new Map();
  const commit = (slot) => {
    clearTimeout(timers.get(slot));
    timers.delete(slot);
    notices.drop(`refused-${slot}`);
    if (state === "open") outbox.change(slot, readAnswer(view.root(slot), `q${slot}`));
  };
  const commitAll = () => [...timers.keys()].forEach(commit);
  const slotOf = (target) => Number(target.closest(".q")?.dataset.slot);
  const isText = (target) => target.matches("textarea, input:not([type=radio], [type=checkbox])");
  form.addEventListener("input", ({target}) => {
    const slot = slotOf(target);
    clearTimeout(timers.get(slot));
    timers.set(slot, setTimeout(() => commit(slot), isText(target) ? TEXT_PAUSE : 0));
  });
  form.addEventListener("focusout", ({target}) => { if (isText(target) && timers.has(slotOf(target))) commit(slotOf(target)); });
  form.addEventListener("submit", (event) => event.preventDefault());
  // A step belongs to one item: whoever had it takes the other's former one.
  form.addEventListener("focusin", ({target}) => { if (target.matches("select")) target.dataset.before = target.value; });
  form.addEventListener("change", ({target}) => {
    const root = target.closest(".question-body.ordering");
    if (!root) return;
    const rival = [...root.querySelectorAll("select")].find((one) => one !== target && one.value && one.value === target.value);
    if (rival) rival.value = target.dataset.before || "";
    target.dataset.before = target.value;
    commit(slotOf(target));
  });
  const leave = () => { commitAll(); outbox.flush(true); };
  addEventListener("pagehide", leave);
  document.addEventListener("visibilitychange", () => { if (document.hidden) leave(); });
  addEventListener("online", () => { outbox.retry(); watcher.beat(); });
  addEventListener("offline", () => { failing ||= Date.now(); bar(); });

  // --- what goes wrong, said
  const exporter = ["导出未保存的作答", () => exportUnsent(data.token, data.number, outbox.unsent())];
  function bar() {
    const unsent = outbox.unsent().length ? new Set(outbox.unsent().map((one) => one.slot)).size : 0;
    const isShown = failing > 0 && state === "open";
    $("offline").hidden = !isShown;
    document.body.classList.toggle("is-offline", isShown);
    if (!isShown) { notices.drop("stuck"); return; }
    const isLost = document.querySelector("[data-key=token]");
    const why = isLost ? "登录已失效" : navigator.onLine ? "服务器暂时没有响应" : "网络断开";
    const what = !unsent ? "已写的都已保存。" : isLost ? `${unsent}题存在本机，重新进入考试后自动保存。` : `${unsent}题存在本机，恢复后自动保存。`;
    $("offline").querySelector("p").textContent = `${why}，${what}可以继续作答，计时以服务器为准。`;
    if (unsent && Date.now() - failing > STUCK && !document.querySelector("[data-key=stuck]")) {
      notices.say("stuck", "due", ["长时间连不上，请告诉监考员。", "不要关闭或清除浏览器。需要时可以把未保存的作答导出成文件，交监考员导入。"], [exporter]);
    }
  }
  function lost(reply) {
    notices.say("token", "bad", ["登录已失效，作答都存在本机。", reply.message || "请重新进入考试，未保存的会自动补存。"],
      [["重新进入考试", () => { location.href = data.room; }], exporter]);
  }
  function disagree(slot, mine, theirs, old = null, about = "另一个窗口里本题的作答是：") {
    const root = view.root(slot), say = (answer) => describe(root, `q${slot}`, answer), key = `differs-${slot}`;
    const lines = [`第${slot}题有两种作答，请核对。`, `现在算数的（本窗口）：${say(mine)}`];
    lines.push(theirs === undefined ? "另一个窗口也在答本题。请关掉另一个窗口，只在一个窗口作答。" : `${about}${say(theirs)}`);
    const buttons = [["保留本窗口的", (done) => { if (old) queue.drop(old); done(); }]];
    if (theirs !== undefined) {
      buttons.push(["改用另一种", (done) => { outbox.enter(slot, theirs, old || []); put(slot); done(); }]);
    }
    notices.say(key, "due", lines, buttons, view.section(slot));
    if (slot !== view.now()) notices.say(`${key}-top`, "due", [`第${slot}题有两种作答`], [["去核对", (done) => { view.go(view.slots.indexOf(slot)); done(); }]]);
  }
  const ENDINGS = {
    superseded: ["已在另一台设备上接着作答，这里停止作答。", "已保存的作答都转到了那台设备。"],
    late: ["时间已到，作答不能再改。", "已保存的都算；到时以后才送到的留作凭据，不计分，需要时由考务部门核定。"],
    closed: ["已经收卷，作答不能再改。", "已保存的都算。"],
    not_started: ["考试还没有开始。", "请回到候考页开始。"],
    void: ["本场答卷已作废。", "理由见候考页。"],
  };
  function end(why) {
    if (state === why) return;
    commitAll();
    state = why;
    view.freeze();
    watcher.stop();
    outbox.stop(why);
    const unsent = outbox.unsent(), lines = [...ENDINGS[why] || ENDINGS.closed], buttons = [];
    if (unsent.length) {
      lines.push(`有${new Set(unsent.map((one) => one.slot)).size}题没有送到，留在本机：`);
      unsent.forEach((one) => lines.push(`第${one.slot}题：${describe(view.root(one.slot), `q${one.slot}`, one.answer)}`));
      buttons.push(exporter);
    }
    if (why === "closed" || why === "late") buttons.push(["看回执", () => { location.href = data.receipt; }]);
    else buttons.push(["回到候考页", () => { location.href = data.room; }]);
    notices.say("end", why === "superseded" || unsent.length ? "bad" : "due", lines, buttons);
    scrollTo(0, 0);
    ready();
    bar();
    if (why !== "superseded") forgetPage();
  }
  function stand(now) {
    if (now === "SUPERSEDED") end("superseded");
    else if (now === "VOID") end("void");
    else if (now === "SUBMITTED" && state === "open") end("closed");
  }
  function moved(to) {
    const minutes = deadline && to ? Math.round((to - deadline) / 60_000) : 0;
    deadline = to;
    warned = new Set();
    const until = to ? `现在${timeOfDay(to)}截止。` : "现在不限时。";
    notices.say("moved", minutes < 0 ? "due" : "ok", [minutes > 0 ? `补时${minutes}分钟` : "截止时间有变动", until], [["知道了", (done) => done()]]);
    tick();
  }

  // --- time
  const tick = () => {
    if (deadline === null) { $("left").textContent = "不限时"; return; }
    const rest = deadline - clock.now();
    $("left").textContent = written(rest);
    $("left").classList.toggle("is-due", rest < 300_000);
    for (const minutes of WARN) {
      if (rest > 0 && rest <= minutes * 60_000 && rest > minutes * 60_000 - 5_000 && !warned.has(minutes)) {
        warned.add(minutes);
        notices.say("warn", "due", [`还剩${minutes}分钟`, "已保存的作答都算，到时自动收卷。"], [["知道了", (done) => done()]]);
      }
    }
    if (rest <= 0 && state === "open") timeUp();
  };
  async function timeUp() {
    commitAll();
    state = "time";
    view.freeze();
    notices.say("end", "due", ["时间到，正在收卷。", "请不要关闭本页。"]);
    await outbox.flush();
    setTimeout(handIn, Math.random() * HAND_IN_SPREAD);
  }

  // --- handing in
  function ready() {
    const button = $("hand-in"), note = $("end-note"), {answered, unsent, total} = counts;
    const opens = data.handInMinutes && deadline ? deadline - data.handInMinutes * 60_000 : 0;
    const isEarly = opens > clock.now(), isOver = state !== "open";
    button.textContent = isOver ? "已停止作答" : isEarly ? `${timeOfDay(opens)}起可以交卷` : unsent ? "等待保存后交卷" : "交卷";
    button.setAttribute("aria-disabled", String(Boolean(isOver || isEarly || unsent)));
    button.classList.toggle("main", !(isOver || isEarly || unsent));
    const rest = [answered < total ? `${total - answered}题未答` : "", unsent ? `${unsent}题未保存` : ""].filter(Boolean).join("、");
    note.textContent = `${rest ? `还有${rest}。` : `${total}题全部答完并已保存。`}${unsent ? "交卷须等全部保存完成，" : ""}交卷后不能再改。`;
  }
  const confirmed = (lines) => new Promise((resolve) => {
    const ask = $("ask"), [no, yes] = ask.querySelectorAll("button");
    ask.querySelector("h2").textContent = lines[0];
    ask.querySelector("p").textContent = lines[1];
    const done = (said) => { ask.close(); resolve(said); };
    no.onclick = () => done(false);
    yes.onclick = () => done(true);
    ask.oncancel = () => resolve(false);
    ask.showModal();
    no.focus();
  });
  async function handIn() {
    const reply = await postJson(data.handIn, data.token, {});
    if (reply.code === "submitted") { view.forget(); await forgetPage(); location.replace(data.receipt); return; }
    if (reply.code === "superseded") { end("superseded"); return; }
    if (state === "time") { setTimeout(async () => { await outbox.retry(); handIn(); }, 3000 + Math.random() * 3000); return; }
    const why = reply.message || (reply.status ? "服务器暂时没有响应。" : "网络断开。");
    notices.say("hand-in", "bad", ["没有交成功，可以再交一次。", `${why}作答都还在。`], [["知道了", (done) => done()]]);
    $("card-box").close();
    scrollTo(0, 0);
  }
  $("hand-in").addEventListener("click", async () => {
    commitAll();
    if (outbox.unsent().length) await outbox.retry();
    ready();
    if ($("hand-in").getAttribute("aria-disabled") === "true") return;
    const missing = counts.total - counts.answered;
    const lines = [`交卷：已答${counts.answered}/${counts.total}题`, `${missing ? `未答的${missing}题按没有作答处理。` : ""}交卷后不能再改。`];
    if (await confirmed(lines)) handIn();
  });

  // --- the page itself, for a reload without a network; it goes when the exam is over
  const KEPT = `kept-${document.body.dataset.user}`;
  async function forgetPage() {
    if (!("caches" in window)) return;
    await (await caches.open(KEPT)).delete(location.pathname, {ignoreVary: true}).catch(() => {});
  }
  if ("caches" in window && "serviceWorker" in navigator) {
    navigator.serviceWorker.register("/sw.js").then(async () => {
      const cache = await caches.open(KEPT);
      await cache.put(location.pathname, page);
      await cache.addAll([...document.querySelectorAll("script[src], link[rel=stylesheet]")].map((one) => one.src || one.href));
    }).catch(() => {});
  }

  const watcher = watch({url: data.beat, token: data.token, clock, where: view.now, tell});
  view.paint();
  setInterval(tick, TICK);
  setInterval(() => { ready(); bar(); }, 5000);
  tick();
  form.classList.add("is-ready");
  outbox.flush();
})();
