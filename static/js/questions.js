// Questions within a lesson. In a film each appears, and halts it, at its second; the server marks the answers.
const asking = document.getElementById("questions");
const forms = asking ? [...asking.querySelectorAll(".question")] : [];
const film = document.getElementById("film");

for (const form of forms) {
  const note = form.querySelector(".note");
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const chosen = Number(new FormData(form).get("chosen"));
    const answer = await post(asking.dataset.answer, {
      progress: Number(asking.dataset.progress), position: Number(asking.dataset.position),
      question: Number(form.dataset.number), chosen,
    });
    note.hidden = false;
    note.classList.toggle("ok", answer.is_right === true);
    note.classList.toggle("due", answer.is_right !== true);
    if (answer.status !== 200) {
      note.textContent = answer.message || "网络断开，联网后再提交。";
      return;
    }
    note.textContent = `${answer.is_right ? "答对了。" : "答错了，可以再答。"}${answer.explain}`;
    form.dataset.tried = "";
    form.querySelector("button").disabled = answer.is_right;
    const count = document.getElementById("c-asked");
    if (count) count.textContent = `${answer.tried}/${answer.asked}题`;
    document.dispatchEvent(new CustomEvent("answered", {detail: answer}));
  });
}

film?.addEventListener("timeupdate", () => {
  const next = forms.find((form) => form.hidden && !("tried" in form.dataset) && Number(form.dataset.at) <= film.currentTime);
  if (!next) return;
  next.hidden = false;
  document.dispatchEvent(new Event("asked"));
  next.scrollIntoView({block: "center"});
  next.querySelector("input").focus({preventScroll: true});
});
