// Moves sessions about in the week. Without it each session's own form does the same.
const week = document.getElementById("week");
const told = document.getElementById("told");
const SLOTS = Number(week.dataset.slots), MINUTES = 30, FIRST = 8 * 60;
let held = null; // the block under the pointer and the slot at which it was gripped

const slotAt = (cell, x) => {
  const box = cell.getBoundingClientRect();
  return Math.floor(((x - box.left) / box.width) * SLOTS);
};
const two = (number) => String(number).padStart(2, "0");
const clock = (minutes) => `${two(Math.floor(minutes / 60))}:${two(minutes % 60)}`;
const minutesOf = (text) => Number(text.slice(0, 2)) * 60 + Number(text.slice(3, 5));
const hoursOf = (block) => block.querySelector("time").textContent.split("–").map(minutesOf);

// Where a block would begin and end if it were let go here, within the day's hours.
function target(block, grip, cell, x) {
  const [begin, end] = hoursOf(block), last = FIRST + SLOTS * MINUTES - (end - begin);
  const moved = begin + (slotAt(cell, x) - grip) * MINUTES;
  const to = moved === begin ? begin : Math.max(FIRST, Math.min(moved, last));
  return [to, to + end - begin];
}

function say(message, refused) {
  told.hidden = false;
  told.className = refused ? "note bad" : "note ok";
  told.textContent = message;
}

function put(block, cell, [begin, end]) {
  block.querySelector("time").textContent = `${clock(begin)}–${clock(end)}`;
  const slot = Math.max(0, Math.min(Math.floor((begin - FIRST) / MINUTES), SLOTS - 1));
  const mark = block.querySelector(".strip i");
  mark.className = mark.className.replace(/\bs\d+/, `s${slot}`);
  const later = [...cell.firstElementChild.children].find((other) => other !== block && hoursOf(other)[0] > begin);
  cell.firstElementChild.insertBefore(block, later ?? null);
}

async function send(block, body) {
  const headers = { "Content-Type": "application/json", Accept: "application/json", "X-CSRFToken": week.dataset.token };
  try {
    const url = week.dataset.move.replace("/0/", `/${block.dataset.pk}/`);
    const answer = await fetch(url, { method: "POST", headers, body: JSON.stringify(body) });
    const found = answer.headers.get("Content-Type")?.includes("json") ? await answer.json() : {};
    return { ok: answer.ok, message: found.message ?? "没有移动：页面已过期，请刷新后再试。" };
  } catch {
    return { ok: false, message: "没有移动：网络不通，请稍后再试。" };
  }
}

async function move(block, cell, hours) {
  const from = { cell: block.closest("td"), hours: hoursOf(block) };
  if (cell === from.cell && hours[0] === from.hours[0]) return;
  put(block, cell, hours);
  block.classList.add("waiting");
  const body = { begin: `${cell.dataset.day}T${clock(hours[0])}`, seen: block.dataset.begin, by: week.dataset.by, row: cell.dataset.row };
  const answer = await send(block, body);
  block.classList.remove("waiting");
  if (answer.ok) block.dataset.begin = body.begin;
  else put(block, from.cell, from.hours);
  say(answer.message, !answer.ok);
  block.focus();
}

function leave() {
  week.querySelector("td.over")?.classList.remove("over");
}

week.addEventListener("dragstart", (event) => {
  const block = event.target.closest?.("[data-pk]");
  if (!block) return;
  held = { block, grip: slotAt(block.closest("td"), event.clientX) };
  event.dataTransfer.effectAllowed = "move";
  event.dataTransfer.setData("text/plain", block.dataset.pk);
  block.classList.add("held");
});

week.addEventListener("dragover", (event) => {
  const cell = event.target.closest("td");
  if (!held || !cell) return leave();
  event.preventDefault();
  leave();
  cell.dataset.hint = target(held.block, held.grip, cell, event.clientX).map(clock).join("–");
  cell.classList.add("over");
});

week.addEventListener("drop", (event) => {
  const cell = event.target.closest("td");
  if (!held || !cell) return;
  event.preventDefault();
  move(held.block, cell, target(held.block, held.grip, cell, event.clientX));
});

week.addEventListener("dragend", () => {
  leave();
  held?.block.classList.remove("held");
  held = null;
});
