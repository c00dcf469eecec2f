// Counts who is there while the clerk changes what is preset, and marks what was chosen. Without it the form works as it is.
const form = document.getElementById("team");
const sums = document.getElementById("sums");

const count = () => {
  const figures = {};
  for (const select of form.querySelectorAll("select")) {
    select.dataset.mark = select.value;
    const label = select.selectedOptions[0].textContent;
    figures[label] = (figures[label] || 0) + 1;
  }
  sums.textContent = Object.entries(figures).map(([label, number]) => `${label}${number}`).join("　") + "人";
};

form?.addEventListener("change", ({target}) => {
  if (target.type === "file") target.closest(".clip")?.classList.toggle("has", target.files.length > 0);
  count();
});
form?.addEventListener("submit", () => {
  const button = form.querySelector("button[type=submit]");
  button.disabled = true;
  button.textContent = "正在提交";
});
if (form) count();

document.querySelector(".suggest")?.addEventListener("click", ({target}) => {
  if (target.value) document.getElementById(target.parentElement.dataset.fills).value = target.value;
});
