// Reads and writes the fields of a question, by its type: the same JSON as forms/answering.py makes of a posted page.
const named = (root, name) => [...root.querySelectorAll(`[name="${name}"]`)];
const parts = (root, name) => [...root.querySelectorAll(`[name^="${name}-"]`)];
const partOf = (field, name) => field.name.slice(name.length + 1);
const kindOf = (root) => [...root.classList].find((one) => one !== "question-body");
const chosen = (root, name) => named(root, name).filter((field) => field.checked).map((field) => field.value);
const orNull = (found) => (found && Object.keys(found).length ? found : null);

const text = {
  read: (root, name) => named(root, name)[0].value.trim() || null,
  write: (root, name, answer) => { named(root, name)[0].value = answer ?? ""; },
};
const choice = {
  read: (root, name) => chosen(root, name)[0] ?? null,
  write: (root, name, answer) => named(root, name).forEach((field) => { field.checked = field.value === answer; }),
};
const byPart = {
  read: (root, name) => orNull(Object.fromEntries(
    parts(root, name).map((field) => [partOf(field, name), field.value.trim()]).filter(([, value]) => value),
  )),
  write: (root, name, answer) => parts(root, name).forEach((field) => { field.value = answer?.[partOf(field, name)] ?? ""; }),
};
const KINDS = {
  single: choice, numeric: text, short_answer: text, fill_in: byPart, matching: byPart,
  multiple: {
    read: (root, name) => orNull(chosen(root, name)),
    write: (root, name, answer) => named(root, name).forEach((field) => { field.checked = Boolean(answer?.includes(field.value)); }),
  },
  true_false: {
    read: (root, name) => ({true: true, false: false})[chosen(root, name)[0]] ?? null,
    write: (root, name, answer) => choice.write(root, name, answer === null || answer === undefined ? null : String(answer)),
  },
  ordering: {
    read: (root, name) => orNull(parts(root, name).filter((field) => field.value)
      .sort((a, b) => a.value - b.value).map((field) => partOf(field, name))),
    write: (root, name, answer) => parts(root, name).forEach((field) => {
      const place = (answer || []).indexOf(partOf(field, name)) + 1;
      field.value = place || "";
    }),
  },
  case: {
    read: (root, name) => orNull(Object.fromEntries(
      inner(root).map((part, at) => [String(at + 1), readAnswer(part, `${name}.${at + 1}`)]).filter(([, answer]) => answer !== null),
    )),
    write: (root, name, answer) => inner(root).forEach((part, at) => writeAnswer(part, `${name}.${at + 1}`, answer?.[at + 1] ?? null)),
  },
};
const inner = (root) => [...root.querySelectorAll(".part > .question-body")];
const readAnswer = (root, name) => KINDS[kindOf(root)].read(root, name);
const writeAnswer = (root, name, answer) => KINDS[kindOf(root)].write(root, name, answer);

// One key order, so that equal answers are equal texts.
const canonical = (answer) => JSON.stringify(answer, (_, value) => (
  value && typeof value === "object" && !Array.isArray(value)
    ? Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1))) : value
));
const same = (one, other) => canonical(one ?? null) === canonical(other ?? null);

// An answer in words, for somebody who has to choose between two.
const describe = (root, name, answer) => {
  if (answer === null || answer === undefined) return "没有作答";
  const kind = kindOf(root), label = (value) => {
    const field = named(root, name).find((one) => one.value === String(value));
    return field ? field.closest("label").textContent.trim().replace(/\s+/g, " ") : String(value);
  };
  if (kind === "single" || kind === "true_false") return label(answer);
  if (kind === "multiple") return answer.map(label).join("；");
  if (kind === "case") return inner(root).map((part, at) => `${at + 1}. ${describe(part, `${name}.${at + 1}`, answer[at + 1])}`).join(" ");
  const said = (field, value) => {
    const option = field.options && [...field.options].find((one) => one.value === value);
    const about = field.closest("label")?.querySelector(".markup")?.textContent.trim();
    return `${about ? `${about}：` : ""}${option ? option.textContent.trim() : value}`;
  };
  if (kind === "matching" || kind === "fill_in") {
    return parts(root, name).filter((field) => answer[partOf(field, name)]).map((field) => said(field, answer[partOf(field, name)])).join("；");
  }
  if (kind === "ordering") {
    return answer.map((id) => parts(root, name).find((field) => partOf(field, name) === id))
      .map((field) => field?.closest("label").querySelector(".markup").textContent.trim()).join("→");
  }
  return String(answer);
};
