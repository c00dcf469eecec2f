// What a device keeps of an exam, in IndexedDB: answers not yet acknowledged (`unsent`, by attempt, epoch, question,
// revision and tab) and the last acknowledged of each question (`given`), so that a page opened without a network shows
// them. In memory alone where a browser has none.
const UNSENT = "unsent", GIVEN = "given";

const openQueue = (owner) => {
  const opened = new Promise((resolve) => {
    try {
      const request = indexedDB.open(`exams-${owner}`, 1);
      request.onupgradeneeded = () => {
        request.result.createObjectStore(UNSENT, {keyPath: ["attempt", "epoch", "slot", "rev", "tab"]});
        request.result.createObjectStore(GIVEN, {keyPath: ["attempt", "slot"]});
      };
      request.onsuccess = () => {
        request.result.onversionchange = () => request.result.close();
        resolve(request.result);
      };
      request.onerror = request.onblocked = () => resolve(null);
    } catch {
      resolve(null);
    }
  });
  // All or nothing, and on the disk before it resolves to true.
  const run = async (mode, act) => {
    const base = await opened;
    if (!base) return null;
    return new Promise((resolve) => {
      try {
        const work = base.transaction([UNSENT, GIVEN], mode, {durability: "strict"});
        const request = act(work.objectStore(UNSENT), work.objectStore(GIVEN));
        work.oncomplete = () => resolve(request ? request.result : true);
        work.onerror = work.onabort = () => resolve(null);
      } catch {
        resolve(null);
      }
    });
  };
  const key = (entry) => [entry.attempt, entry.epoch, entry.slot, entry.rev, entry.tab];
  const of = (attempt) => IDBKeyRange.bound([attempt], [attempt, []]);
  return {
    put: (entry, replaced = []) => run("readwrite", (unsent) => {
      unsent.put(entry);
      replaced.forEach((one) => unsent.delete(key(one)));
    }),
    drop: (entries) => run("readwrite", (unsent) => { entries.forEach((one) => unsent.delete(key(one))); }),
    acknowledge: (entry) => run("readwrite", (unsent, given) => {
      unsent.delete(key(entry));
      given.put({attempt: entry.attempt, slot: entry.slot, epoch: entry.epoch, rev: entry.rev, answer: entry.answer});
    }),
    unsent: async (attempt) => (await run("readonly", (unsent) => unsent.getAll(of(attempt)))) || [],
    given: async (attempt) => (await run("readonly", (_, given) => given.getAll(of(attempt)))) || [],
    forget: (attempt) => run("readwrite", (unsent, given) => {
      unsent.delete(of(attempt));
      given.delete(of(attempt));
    }),
  };
};

// The file an invigilator imports: the proof whose answers these are, and each with its revision and time. Two tabs may
// have written one revision: in the file each has its own.
const exportUnsent = (token, number, entries) => {
  const taken = new Set(), answers = entries.map(({slot, rev, answer, at}) => {
    let own = rev;
    while (taken.has(`${slot}.${own}`)) own += 1;
    taken.add(`${slot}.${own}`);
    return {slot, rev: own, answer, at: new Date(at).toISOString()};
  });
  const text = JSON.stringify({format: "chengguan.exam.unsent", token, answers}, null, 1);
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob([text], {type: "application/json"}));
  link.download = `answers-${number}.json`;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
};
