// Keeps a board fresh: its part of the page every 15 seconds, and the narrow mode for the wall by H.
const board = document.getElementById("board");
const EVERY = 15000, WAIT = 10000;
let heard = Date.now();

const tell = (text) => { document.getElementById("lost").textContent = text; };

const refresh = async () => {
  try {
    const answer = await fetch(board.dataset.part, { signal: AbortSignal.timeout(WAIT), credentials: "same-origin" });
    if (answer.redirected || !answer.ok) throw new Error(String(answer.status));
    const fresh = new DOMParser().parseFromString(await answer.text(), "text/html").getElementById("part");
    const place = document.querySelector(".side")?.scrollTop;
    document.getElementById("part").replaceWith(fresh);
    if (place) document.querySelector(".side").scrollTop = place;
    heard = Date.now();
    tell("");
  } catch {
    tell(`与服务器断开${Math.round((Date.now() - heard) / 1000)}秒，画面是当时的情况`);
  }
  setTimeout(refresh, EVERY);
};

document.addEventListener("keydown", (event) => {
  if (event.key.toLowerCase() === "h" && !event.ctrlKey && !event.metaKey && !event.altKey) board.classList.toggle("bare");
});
setTimeout(refresh, EVERY);
