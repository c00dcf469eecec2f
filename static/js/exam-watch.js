// Every 15 seconds: is the exam still as we think, what time is it, and what an invigilator might want to know. Signals,
// never verdicts.
const EVERY = 15_000, FEWEST_SECONDS = 1, MOST_SIGNALS = 50;

const watch = ({url, token, clock, where, tell}) => {
  const signals = [];
  let since = 0, timer, width = innerWidth, isOver = false;
  const note = (kind, seconds = 0) => { if (signals.length < MOST_SIGNALS) signals.push({kind, seconds, slot: where()}); };
  document.addEventListener("visibilitychange", () => {
    if (document.hidden) { since = clock.now(); return; }
    const seconds = Math.round((clock.now() - since) / 1000);
    if (since && seconds >= FEWEST_SECONDS) note("AWAY", Math.min(seconds, 86_400));
    since = 0;
    beat();
  });
  // A phone's keyboard changes the height only.
  addEventListener("resize", () => {
    if (Math.abs(innerWidth - width) < 50) return;
    width = innerWidth;
    note("RESIZED");
  });
  document.addEventListener("paste", (event) => { if (event.target.closest?.("#exam")) note("PASTED"); });

  const beat = async () => {
    clearTimeout(timer);
    if (isOver) return;
    const sent = [...signals], asked = performance.now();
    const reply = await postJson(url, token, {signals: sent});
    if (reply.state) {
      signals.splice(0, sent.length);
      tell.answered(reply, asked);
    } else tell.failed(reply);
    clearTimeout(timer);
    if (!isOver) timer = setTimeout(beat, EVERY * (0.9 + Math.random() / 10));
  };
  timer = setTimeout(beat, 1000 + Math.random() * 4000);
  return {beat, stop: () => { isOver = true; clearTimeout(timer); }};
};
