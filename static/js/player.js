// Records which stretches of a film were played and reports them. The server decides what counts.
const SAVE = 5_000, SEND = 15_000, RETRY = 10_000, WIDTH = 600;
const $ = (id) => document.getElementById(id);
const film = $("film"), about = $("player").dataset;
const length = Number(about.length), speed = Number(about.speed);
const queue = openQueue(about.owner);
let covered = JSON.parse(about.covered), lease = null, isDone = "done" in about, isStopped = false;
let open = null, begun = null, reached = null, cutAt = null, sending = false;

// ---- sets of stretches ----
const union = (spans) => {
  const joined = [];
  for (const [from, to] of spans.filter(([from, to]) => to > from).sort((a, b) => a[0] - b[0])) {
    const last = joined.at(-1);
    if (last && from <= last[1] + 0.001) last[1] = Math.max(last[1], to);
    else joined.push([from, to]);
  }
  return joined;
};
const subtract = (spans, gone) => gone.reduce(
  (left, [from, to]) => left.flatMap(([a, b]) => [[a, Math.min(b, from)], [Math.max(a, to), b]].filter(([x, y]) => y > x)),
  union(spans),
);
const total = (spans) => spans.reduce((sum, [from, to]) => sum + to - from, 0);

// ---- what is shown ----
const pad = (number) => String(number).padStart(2, "0");
const minutes = (seconds) => `${Math.floor(seconds / 60)}分${pad(Math.floor(seconds % 60))}秒`;
const clock = (seconds) => {
  const rest = `${pad(Math.floor(seconds / 60) % 60)}:${pad(Math.floor(seconds % 60))}`;
  return seconds >= 3600 ? `${Math.floor(seconds / 3600)}:${rest}` : rest;
};
const bar = ([from, to], fill) => {
  const rect = document.createElementNS("http://www.w3.org/2000/svg", "rect");
  rect.setAttribute("x", (from / length) * WIDTH);
  rect.setAttribute("width", ((to - from) / length) * WIDTH);
  rect.setAttribute("height", 14);
  if (fill) rect.setAttribute("fill", fill);
  else rect.setAttribute("class", "p-fg");
  return rect;
};
const show = async () => {
  const waiting = subtract((await queue.all()).filter((one) => one.progress === about.progress && one.position === Number(about.position)).flatMap((one) => one.spans), covered);
  const counted = isDone ? length : Math.floor(total(covered)), unsent = Math.floor(total(waiting));
  const left = Math.max(length - counted - unsent, 0);
  $("spans").replaceChildren(...covered.map((span) => bar(span)), ...waiting.map((span) => bar(span, "url(#hat)")));
  $("counted").textContent = $("k-counted").textContent = minutes(counted);
  $("c-counted").textContent = clock(counted);
  $("k-waiting").textContent = minutes(unsent);
  $("k-left").textContent = minutes(left);
  document.querySelector(".spans").setAttribute("aria-label", `服务器已计${minutes(counted)}，待补报${minutes(unsent)}，未看${minutes(left)}`);
};
const showCut = () => {
  $("offline").hidden = cutAt === null;
  if (cutAt === null) return;
  const gone = Math.floor((Date.now() - cutAt) / 60_000);
  $("offline").querySelector("p").textContent = `网络断开${gone ? `${gone}分钟` : ""}。看过的片段存在本机，联网后自动补报，不用重看。`;
};
const cut = (isCut) => {
  cutAt = isCut ? cutAt ?? Date.now() : null;
  showCut();
};
const tell = (note, text) => {
  note.hidden = !text;
  if (text) (note.querySelector("strong") || note.querySelector("span")).textContent = text;
};

// ---- what was played ----
const close = () => {
  if (begun === null || !lease || isDone) return;
  // A container's length and a browser's reading of it differ by fractions of a second.
  const end = film.ended && length - reached < 1 ? length : Math.min(reached, length);
  if (end <= begun) return;
  open ??= {message: uuid(), lease, progress: about.progress, position: Number(about.position), spans: [], rate: 1, client_at: new Date().toISOString()};
  open.spans = union([...open.spans, [begun, end]]).slice(-200);
  open.rate = Math.max(open.rate, film.playbackRate);
  queue.put(open);
  begun = reached;
};
const from = () => { begun = reached = film.currentTime; };
const stop = () => {
  if (begun !== null && !film.seeking && film.currentTime > reached) reached = film.currentTime;
  close();
  begun = reached = null;
};

film.addEventListener("playing", from);
film.addEventListener("seeking", stop);
film.addEventListener("seeked", () => film.paused || from());
film.addEventListener("waiting", stop);
film.addEventListener("timeupdate", () => {
  if (begun === null || film.seeking) return;
  if (film.currentTime < reached) return from();
  reached = film.currentTime;
});
film.addEventListener("pause", () => { stop(); flush(); });
film.addEventListener("ratechange", () => { if (film.playbackRate > speed) film.playbackRate = speed; });
film.addEventListener("play", () => { if (!lease && !isDone && !isStopped) begin(false); else if (isStopped) film.pause(); });
film.addEventListener("loadedmetadata", () => { if (Number(about.resume)) film.currentTime = Number(about.resume); }, {once: true});

// ---- what is reported ----
// The lease of this phone's last page on line: a kept page opened without a network goes on under it.
const memory = `lease-${about.owner}`;
const remember = (value) => {
  try {
    if (value) localStorage.setItem(memory, JSON.stringify(value));
    else localStorage.removeItem(memory);
  } catch { /* a web view without storage remembers nothing */ }
};
const remembered = () => {
  try {
    const last = JSON.parse(localStorage.getItem(memory));
    return last?.progress === about.progress ? last.lease : null;
  } catch {
    return null;
  }
};
const take = (answer) => {
  if (answer.covered) covered = answer.covered;
  if (answer.finished || answer.complete) finish(answer.complete ? answer.message : "本节已学完。");
  else if (answer.code !== "superseded") tell($("doubt"), answer.message);
  show();
};
const finish = (text) => {
  isDone = true;
  tell($("finished"), text);
  $("doubt").hidden = true;
  $("c-film").classList.add("met");
  $("next")?.classList.add("main");
};
const halt = (text) => {
  isStopped = true;
  lease = null;
  remember(null);
  delete about.counting;
  film.pause();
  tell($("busy"), text);
};
const bare = ({progress, ...message}) => message;
const report = async (entry) => {
  const answer = await post(about.spans, bare(entry));
  if (answer.status === 0 || answer.status >= 500) return false;
  if ([401, 403].includes(answer.status)) { tell($("busy"), answer.message || "登录已过期，请重新登录。看过的片段存在本机。"); return false; }
  await queue.drop(entry);
  if (answer.code === "superseded" && entry.lease === lease) halt(answer.message);
  else if (answer.status === 400) tell($("doubt"), answer.message);
  if (answer.covered && entry.progress === about.progress && entry.position === Number(about.position)) take(answer);
  return true;
};
// What waits goes first and unchanged; what is being recorded is closed only when it can be sent, so that a cut makes
// one message, however long it lasts.
const flush = async () => {
  close();
  show();
  if (sending) return;
  if (!navigator.onLine) return cut(true);
  sending = true;
  let isTaken = true;
  for (const entry of await queue.all()) {
    if (isTaken && entry !== open) isTaken = await report(entry);
  }
  if (isTaken && open) {
    const entry = open;
    open = null;
    isTaken = await report(entry);
  }
  sending = false;
  cut(!isTaken);
  show();
};
// Nothing can be awaited while a page goes: the message is sent, and stays in the queue to be sent again.
const leave = () => {
  close();
  if (open && navigator.onLine) post(about.spans, bare(open));
  open = null;
};
const counting = (key) => {
  lease = key;
  about.counting = "";
  if (begun !== null) from();
  isStopped = false;
  $("busy").hidden = true;
};
const goOnAlone = () => {
  const last = remembered();
  if (last) counting(last);
  else {
    film.pause();
    tell($("busy"), "网络断开，这门课现在不能计时：最近联网学的是别的内容。联网以后再看，看了才计。");
  }
  cut(true);
};
const begin = async (isTaking) => {
  const tab = sessionStorage.tab ??= uuid();
  const answer = await post(about.lease, {progress: Number(about.progress), position: Number(about.position), tab, take: isTaking});
  if (answer.status === 200) {
    counting(answer.lease);
    remember({lease, progress: about.progress});
    cut(false);
    take(answer);
  } else if (answer.code === "busy") halt(answer.message);
  else if (answer.status) halt(answer.message || "暂时不能计时，请稍后再试。");
  else goOnAlone();
};

$("take").addEventListener("click", () => begin(true));
document.addEventListener("visibilitychange", () => {
  if (!document.hidden) return;
  if (!("background" in about)) film.pause();
  flush();
});
document.addEventListener("asked", () => film.pause());
document.addEventListener("answered", ({detail}) => {
  if (detail.finished) finish(detail.message || "本节已学完。");
});
addEventListener("pagehide", leave);
addEventListener("offline", () => cut(true));
addEventListener("online", () => (lease || isDone ? flush() : begin(false)));
setInterval(() => { close(); show(); }, SAVE);
setInterval(() => { if (lease) flush(); }, SEND);
setInterval(() => { showCut(); if (cutAt !== null) flush(); }, RETRY);

if (!isDone) begin(false).then(flush);
else flush();
show();
