// The sheet on the screen: one question or all, the card of answers, flags, size of type, keys.
const WIDE = "(min-width: 64rem)";

const kept = {
  get: (key) => { try { return localStorage.getItem(key); } catch { return null; } },
  set: (key, value) => { try { localStorage.setItem(key, value); } catch { /* a web view without storage */ } },
};

const makeView = ({form, outbox, act}) => {
  const $ = (id) => document.getElementById(id);
  const sections = [...form.querySelectorAll(".q")], slots = sections.map((one) => Number(one.dataset.slot));
  const flagsKey = `exam-flags-${form.dataset.attempt}`, flags = new Set(JSON.parse(kept.get(flagsKey) || "[]"));
  const placeKey = `exam-place-${form.dataset.attempt}`;
  let now = Math.max(0, slots.indexOf(Number(kept.get(placeKey)))), layout = kept.get("exam-layout") || form.dataset.layout;

  // --- the card of answers: in a dialog on phones, beside the questions where there is room
  document.body.append($("card-template").content.cloneNode(true));
  const box = $("card-box"), wide = matchMedia(WIDE), cells = new Map(), heads = [];
  const place = () => {
    if (box.open) box.close();
    $("side").hidden = !wide.matches;
    (wide.matches ? $("side") : box).append($("card"));
  };
  wide.addEventListener("change", place);
  place();
  for (const kind of new Set(sections.map((one) => one.dataset.type))) {
    const own = sections.filter((one) => one.dataset.type === kind);
    const head = document.createElement("h3"), count = document.createElement("span"), grid = document.createElement("div");
    head.append(own[0].querySelector(".chip").textContent.split("，")[0], count);
    grid.className = "grid";
    for (const section of own) {
      const cell = document.createElement("button");
      cell.type = "button";
      cell.textContent = section.dataset.slot;
      cell.addEventListener("click", () => { if (box.open) box.close(); go(sections.indexOf(section)); });
      cells.set(Number(section.dataset.slot), cell);
      grid.append(cell);
    }
    heads.push({own: own.map((one) => Number(one.dataset.slot)), count});
    $("cells").append(head, grid);
  }
  for (const section of sections) {
    const chip = document.createElement("span");
    chip.className = "chip due unsaved";
    chip.hidden = true;
    section.querySelector(".qhead").append(chip);
    section.append($("tools").content.cloneNode(true));
    section.querySelector(".flagger").addEventListener("click", () => flag(Number(section.dataset.slot)));
  }

  // --- moving about
  const show = () => {
    sections.forEach((one, at) => one.classList.toggle("now", at === now));
    cells.forEach((cell, slot) => {
      cell.classList.toggle("now", slot === slots[now]);
      if (slot === slots[now]) cell.setAttribute("aria-current", "true");
      else cell.removeAttribute("aria-current");
    });
    $("back").disabled = now === 0;
    $("next").disabled = now === sections.length - 1;
  };
  const go = (at) => {
    if (at < 0 || at >= sections.length) return;
    now = at;
    kept.set(placeKey, slots[now]);
    show();
    sections[now].focus({preventScroll: true});
    if (layout === "ONE") scrollTo(0, 0);
    else sections[now].scrollIntoView({block: "start"});
  };
  $("back").addEventListener("click", () => go(now - 1));
  $("next").addEventListener("click", () => go(now + 1));
  $("open-card").addEventListener("click", () => box.showModal());
  $("close-card").addEventListener("click", () => box.close());
  box.addEventListener("click", (event) => { if (event.target === box) box.close(); });
  // Where the whole paper is listed, the question being worked on is the current one.
  form.addEventListener("focusin", (event) => {
    const at = sections.indexOf(event.target.closest(".q"));
    if (at >= 0 && at !== now) { now = at; kept.set(placeKey, slots[now]); show(); }
  });

  const flag = (slot) => {
    if (!flags.delete(slot)) flags.add(slot);
    kept.set(flagsKey, JSON.stringify([...flags]));
    paint();
  };
  const press = (group, name, value) => group.forEach((one) => one.setAttribute("aria-pressed", String(one.dataset[name] === value)));
  const fonts = [...document.querySelectorAll("#card [data-font]")], layouts = [...document.querySelectorAll("#card [data-layout]")];
  const setFont = (size) => {
    document.body.classList.remove("large", "huge");
    if (size) document.body.classList.add(size);
    press(fonts, "font", size);
    kept.set("exam-font", size);
  };
  const setLayout = (which) => {
    layout = which;
    document.body.classList.toggle("one", which === "ONE");
    press(layouts, "layout", which);
  };
  fonts.forEach((one) => one.addEventListener("click", () => setFont(one.dataset.font)));
  layouts.forEach((one) => one.addEventListener("click", () => { setLayout(one.dataset.layout); kept.set("exam-layout", layout); go(now); }));

  // --- keys: never while somebody writes
  const choose = (place) => {
    const near = document.activeElement?.closest?.(".question-body");
    const root = near?.querySelector(".opts") ? near : sections[now].querySelector(".question-body:has(> .opts)");
    const field = root?.querySelectorAll(":scope > .opts input")[place];
    if (!field || field.disabled) return;
    field.focus();
    field.click();
  };
  document.addEventListener("keydown", (event) => {
    const {target, key} = event;
    if (event.ctrlKey || event.metaKey || event.altKey || document.querySelector("dialog[open]")) return;
    if (target.matches("textarea, select, input:not([type=radio], [type=checkbox])")) return;
    const moves = {ArrowLeft: -1, ArrowRight: 1, k: -1, j: 1}, letter = key.toLowerCase(), step = moves[key] || moves[letter];
    if (step) go(now + step);
    else if (letter === "f") flag(slots[now]);
    else if (/^[1-9]$/.test(key)) choose(Number(key) - 1);
    else if (/^[a-e]$/.test(letter)) choose(letter.charCodeAt(0) - 97);
    else return;
    event.preventDefault();
  });

  // --- what stands where: painted once for all changes of a moment
  let due = false;
  const paint = () => {
    if (due) return;
    due = true;
    queueMicrotask(() => { due = false; repaint(); });
  };
  const repaint = () => {
    let answered = 0, unsent = 0;
    sections.forEach((section, at) => {
      const slot = slots[at], cell = cells.get(slot), isOn = outbox.isAnswered(slot), isWaiting = outbox.isUnsent(slot);
      const isFlagged = flags.has(slot), chip = section.querySelector(".unsaved"), button = section.querySelector(".flagger");
      answered += isOn;
      unsent += isWaiting;
      cell.className = `cell${isWaiting ? " wait" : isOn ? " on" : ""}${isFlagged ? " flag" : ""}${at === now ? " now" : ""}`;
      cell.setAttribute("aria-label", `第${slot}题，${isOn ? "已答" : "未答"}${isWaiting ? "，未保存" : ""}${isFlagged ? "，有标记" : ""}${at === now ? "，当前题" : ""}`);
      chip.hidden = !isWaiting;
      chip.textContent = outbox.isRefused(slot) ? "不能保存" : "未保存";
      button.setAttribute("aria-pressed", String(isFlagged));
      button.querySelector("span").textContent = isFlagged ? "已标记，取消标记" : "标记本题，稍后再看";
    });
    heads.forEach(({own, count}) => { count.textContent = `${own.filter(outbox.isAnswered).length}/${own.length}`; });
    $("open-card").querySelector("span").textContent = `答题卡 ${answered}/${slots.length}`;
    $("k-on").textContent = `已答${answered}`;
    $("k-wait").textContent = `其中未保存${unsent}`;
    $("k-off").textContent = `未答${slots.length - answered}`;
    $("k-flag").textContent = `有标记${flags.size}`;
    act.painted({answered, unsent, total: slots.length});
  };

  setFont(kept.get("exam-font") || "");
  setLayout(layout);
  show();
  return {
    paint, go, slots, sections, flag,
    root: (slot) => sections[slots.indexOf(slot)].querySelector(".question-body"),
    section: (slot) => sections[slots.indexOf(slot)],
    now: () => slots[now],
    forget: () => { for (const key of [flagsKey, placeKey]) try { localStorage.removeItem(key); } catch { /* none */ } },
    freeze: () => {
      document.body.classList.add("frozen");
      form.querySelectorAll("input, select, textarea").forEach((one) => {
        if (one.matches("textarea, input:not([type=radio], [type=checkbox])")) one.readOnly = true;
        else one.disabled = true;
      });
    },
  };
};
