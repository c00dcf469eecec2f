// Waiting: the server's clock, a press that counts from the opening on, and each device a little later than the other.
const room = document.getElementById("room").dataset, begin = document.getElementById("begin");
const POLL = 60_000, SOON = 10_000, SPREAD = 15_000;

const roomClock = makeClock(room.now), button = begin?.querySelector("button"), label = document.getElementById("begin-note");
let opens = Number(room.opens), state = room.state, isReady = false;
const starts = () => opens + Number(room.jitter);
const isBefore = () => roomClock.now() < starts();

const poll = async () => {
  const asked = performance.now();
  const reply = await fetch(room.poll, {headers: {Accept: "application/json"}}).then((answer) => answer.json()).catch(() => null);
  if (reply) {
    roomClock.set(reply.now, asked);
    if (reply.opens !== opens || reply.state !== state) { location.reload(); return; }
  }
  later();
};
// Seldom, and not in the moment when everybody begins.
const later = () => {
  const rest = starts() - roomClock.now();
  const wait = state === "NONE" ? SPREAD : POLL;
  if (rest > 0 && rest < wait * 2 && state !== "NONE") return;
  setTimeout(poll, wait + Math.random() * SPREAD);
};
const show = () => {
  const rest = opens - roomClock.now(), count = document.getElementById("countdown");
  if (count) count.textContent = written(rest);
  if (state !== "READY" || !begin) return;
  const before = isBefore();
  button.disabled = false;
  button.textContent = before ? (isReady ? "已准备好，取消" : "准备好了，到时自动开始") : "开始答题";
  button.classList.toggle("main", !(before && isReady));
  if (before) {
    label.textContent = isReady ? "请留在本页，开考时自动进入试卷。" : "现在按下，开考时自动进入试卷；也可以到时再按“开始答题”。";
  } else label.textContent = "按下后立即计时。";
  if (!before && isReady) { isReady = false; begin.requestSubmit(); }
};
if (begin) {
  begin.querySelector("[name=plain]").remove();
  begin.addEventListener("submit", (event) => {
    if (isBefore()) {
      event.preventDefault();
      isReady = !isReady;
      show();
    } else setTimeout(() => { button.disabled = true; button.textContent = "正在进入…"; });
  });
}
setInterval(show, 250);
show();
later();
