// Adds lines to the table of a plan and keeps its sums; without it three blank lines are there.
(() => {
  const form = document.querySelector("[data-plan]");
  const total = form.querySelector("[name=items-TOTAL_FORMS]");
  const table = form.querySelector("table");
  const blank = form.querySelector("[data-blank]");
  const add = form.querySelector("[data-add]");
  const format = new Intl.NumberFormat("zh-CN", { maximumFractionDigits: 1 });

  const value = (line, name) => {
    const field = line.querySelector(`[name$="-${name}"]`);
    return field ? field.value : "";
  };
  const gone = (line) => line.hidden || (line.querySelector('[name$="-DELETE"]') || {}).checked;

  function sum() {
    const sums = { classes: 0, attendances: 0, days: 0, meetings: 0, met: 0 };
    form.querySelectorAll("[data-line]").forEach((line) => {
      line.classList.toggle("off", value(line, "event_type") !== "TRAINING");
      line.classList.toggle("gone", !!gone(line));
      if (gone(line) || !value(line, "seats")) return;
      const classes = Number(value(line, "classes")), people = classes * Number(value(line, "seats"));
      if (value(line, "event_type") === "TRAINING") {
        sums.classes += classes;
        sums.attendances += people;
        sums.days += people * Number(value(line, "days"));
      } else if (value(line, "event_type") === "MEETING") {
        sums.meetings += classes;
        sums.met += people;
      }
    });
    form.querySelector("[data-meetings]").hidden = !sums.meetings;
    for (const [name, number] of Object.entries(sums)) {
      const place = form.querySelector(`[data-sum="${name}"]`);
      if (place && Number.isFinite(number)) place.textContent = format.format(number);
    }
  }

  function addLine() {
    const holder = document.createElement("table");
    holder.innerHTML = blank.innerHTML.replaceAll("__prefix__", total.value);
    const line = holder.querySelector("[data-line]");
    const drop = line.querySelector("[data-drop]");
    drop.hidden = false;
    drop.addEventListener("click", () => {
      line.querySelector('[name$="-DELETE"]').checked = true;
      line.hidden = true;
      sum();
    });
    table.append(line);
    total.value = Number(total.value) + 1;
    line.querySelector("input:not([type=hidden])").focus();
  }

  add.hidden = false;
  add.addEventListener("click", addLine);
  form.addEventListener("input", sum);
  sum();
})();
