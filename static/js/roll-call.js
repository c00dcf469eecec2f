// Saves each tap at once and says so; what did not get through is sent again. Without it the form is saved as a whole.
const form = document.getElementById("roll");
const AGAIN = 3000;
const waiting = new Map();
let sending = false;

const told = (enrollment, text, kind) => {
  const place = document.querySelector(`#who-${enrollment} .how`);
  place.textContent = text;
  place.className = `sm how ${kind}`;
};

const count = () => {
  const figures = {};
  for (const group of form.querySelectorAll(".four")) {
    const state = group.querySelector(":checked")?.value || "";
    figures[state] = (figures[state] || 0) + 1;
  }
  for (const place of document.querySelectorAll("#figures li")) {
    place.querySelector("b").textContent = figures[place.dataset.state] || 0;
  }
};

const send = async () => {
  if (sending) return;
  sending = true;
  for (const [enrollment, state] of [...waiting]) {
    const answer = await post(form.dataset.tap, {enrollment, state});
    if (answer.status === 0 || answer.status >= 500) {
      told(enrollment, "未保存，正在重试", "is-due");
      setTimeout(send, AGAIN);
      break;
    }
    if (waiting.get(enrollment) === state) waiting.delete(enrollment);
    if (answer.status === 200) told(enrollment, "已保存", "is-ok");
    else told(enrollment, answer.message || "没有保存，请刷新页面", "is-bad");
  }
  sending = false;
  if (waiting.size && navigator.onLine) setTimeout(send, AGAIN);
};

form?.addEventListener("change", ({target}) => {
  if (target.type !== "radio") return;
  const enrollment = Number(target.name.replace("state-", ""));
  waiting.set(enrollment, target.value);
  told(enrollment, "正在保存", "mut");
  count();
  send();
});
form?.classList.add("live");
addEventListener("online", send);
addEventListener("beforeunload", (event) => { if (waiting.size) event.preventDefault(); });
