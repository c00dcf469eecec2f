// Keeps the classroom's screen going: a new code as the old one ends, the clock by the server, who has come.
const board = document.getElementById("board");
const by = (id) => document.getElementById(id);
const EVERY = 3000, SLOW = 5000;
let offset = 0, ends = 0, seconds = 15, seen = Date.now();

const names = (list) => {
  const items = (list.length ? list : ["还没有人签到"]).map((name) => {
    const item = document.createElement("li");
    item.textContent = name;
    item.classList.toggle("none", !list.length);
    return item;
  });
  by("names").replaceChildren(...items);
};

const show = (state) => {
  offset = Date.parse(state.now) - Date.now();
  ends = Date.now() + state.left * 1000;
  seconds = state.seconds;
  seen = Date.now();
  board.dataset.phase = state.phase;
  by("qr").innerHTML = state.qr;
  by("typed").textContent = state.typed;
  by("present").textContent = state.present;
  by("seated").textContent = state.seated;
  by("share").setAttribute("width", state.seated ? Math.min(100 * state.present / state.seated, 100) : 0);
  names(state.names);
  board.classList.remove("stale");
  by("lost").hidden = true;
};

const lose = (why) => {
  const since = new Date(seen + offset).toLocaleTimeString("zh-CN", {hour12: false, timeZone: "Asia/Shanghai"});
  by("lost-text").textContent = `${why}最后更新${since}。正在重试；连不上时请班主任用手机点名。`;
  by("lost").hidden = false;
  // Two windows after it was shown no server takes the code any more.
  if (Date.now() > ends + seconds * 1000) board.classList.add("stale");
};

const poll = async () => {
  let wait = EVERY;
  try {
    const answer = await fetch(board.dataset.poll, {signal: AbortSignal.timeout(SLOW), redirect: "error"});
    if (!answer.ok) throw new Error(answer.status);
    show(await answer.json());
    wait = Math.min(EVERY, Math.max(ends - Date.now() + 50, 200));
  } catch (failure) {
    lose(["403", "404"].includes(failure.message) ? "请重新登录后打开本页。" : "");
  }
  setTimeout(poll, wait);
};

const tick = () => {
  by("clock").textContent = new Date(Date.now() + offset).toLocaleTimeString("zh-CN", {hour12: false, timeZone: "Asia/Shanghai"});
  by("left").setAttribute("width", Math.max(0, Math.min(100, (ends - Date.now()) / seconds / 10)));
};

setInterval(tick, 250);
poll();
