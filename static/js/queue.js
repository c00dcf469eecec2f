// Messages not yet taken by the server, in IndexedDB; in memory alone where a web view has none.
const openQueue = (owner) => {
  const memory = new Map();
  const opened = new Promise((resolve) => {
    try {
      const request = indexedDB.open(`learning-${owner}`, 1);
      request.onupgradeneeded = () => request.result.createObjectStore("spans", {keyPath: "message"});
      request.onsuccess = () => resolve(request.result);
      request.onerror = request.onblocked = () => resolve(null);
    } catch {
      resolve(null);
    }
  });
  const run = async (mode, act) => {
    const base = await opened;
    if (!base) return null;
    return new Promise((resolve) => {
      const work = base.transaction("spans", mode);
      const request = act(work.objectStore("spans"));
      work.oncomplete = () => resolve(request.result);
      work.onerror = work.onabort = () => resolve(null);
    });
  };
  return {
    put: (entry) => { memory.set(entry.message, entry); return run("readwrite", (store) => store.put(entry)); },
    drop: (entry) => { memory.delete(entry.message); return run("readwrite", (store) => store.delete(entry.message)); },
    // What an earlier page left behind comes first; what this page holds is the newer truth.
    all: async () => {
      const kept = (await run("readonly", (store) => store.getAll())) || [];
      const found = new Map([...kept.map((entry) => [entry.message, entry]), ...memory]);
      return [...found.values()].sort((a, b) => (a.client_at < b.client_at ? -1 : 1));
    },
  };
};
