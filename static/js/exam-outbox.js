// Answers on their way to the server. An entry leaves only when the server has acknowledged that very revision.
const MOST = 150, MOST_BYTES = 200_000, PATIENCE = 10_000, SLOWEST = 15_000, KEEPALIVE_BYTES = 60_000;
const FINAL = new Set(["late", "closed", "superseded", "not_started"]), REFUSED = new Set([400, 413, 422]);

// {status, ...answer}; status 0 where no answer came.
const postJson = async (url, token, body, keepalive = false) => {
  const stop = new AbortController(), timer = setTimeout(() => stop.abort(), PATIENCE);
  try {
    const response = await fetch(url, {
      method: "POST", body: JSON.stringify(body), signal: stop.signal, redirect: "error", credentials: "omit", keepalive,
      headers: {"Content-Type": "application/json", Accept: "application/json", "X-Attempt": token},
    });
    const answer = await response.json().catch(() => ({}));
    return {...answer, status: response.status, wait: Number(response.headers.get("Retry-After")) || 0};
  } catch {
    return {status: 0};
  } finally {
    clearTimeout(timer);
  }
};

// `tell` hears: changed(), answered(reply, asked), failed(reply), refused(slot, why), conflict(slot, mine, theirs) and
// stopped(why).
const openOutbox = ({queue, url, token, attempt, epoch, clock, tell}) => {
  const tab = Math.random().toString(36).slice(2, 10);
  // `own` is what this tab has had acknowledged; `held` may be another's.
  const held = new Map(), own = new Map(), last = new Map(), waiting = new Map();
  let busy = null, delay = 0, timer, stopped = "";
  const keyOf = (entry) => `${entry.slot}.${entry.rev}.${entry.tab}`;
  const of = (slot) => [...waiting.values()].filter((entry) => entry.slot === slot);
  const newest = (slot) => of(slot).sort((a, b) => b.rev - a.rev)[0];
  const know = (slot, rev) => last.set(slot, Math.max(rev, last.get(slot) || 0));

  const current = (slot) => (newest(slot) || held.get(slot) || {answer: null}).answer;
  const enter = (slot, answer, replaced = []) => {
    const rev = (last.get(slot) || 0) + 1, entry = {attempt, epoch, slot, rev, tab, answer, at: clock.now()};
    // What was never sent, or was refused, nobody has: the newer one takes its place. What was sent stays until it is answered.
    const old = [...of(slot).filter((one) => one.isRefused || (!one.isTried && one.tab === tab)), ...replaced];
    old.forEach((one) => waiting.delete(keyOf(one)));
    know(slot, rev);
    waiting.set(keyOf(entry), entry);
    queue.put(entry, old);
    tell.changed();
    if (!delay) soon(0);
  };
  const change = (slot, answer) => { if (!same(answer, current(slot))) enter(slot, answer); };

  const soon = (milliseconds) => {
    clearTimeout(timer);
    if (!stopped) timer = setTimeout(flush, milliseconds);
  };
  const batch = () => {
    const found = [];
    let bytes = 0;
    for (const entry of [...waiting.values()].filter((one) => !one.isRefused).sort((a, b) => a.slot - b.slot || a.rev - b.rev)) {
      bytes += 3 * JSON.stringify(entry.answer).length + 60;
      if (found.length && (found.length >= MOST || bytes > MOST_BYTES || entry.isAlone || found[0].isAlone)) break;
      found.push(entry);
    }
    return found;
  };

  const settle = (entry, item) => {
    const {slot} = entry, server = item.server || 0;
    waiting.delete(keyOf(entry));
    know(slot, server);
    if (item.stored) own.set(slot, Math.max(entry.rev, own.get(slot) || 0));
    if (item.stored && server <= entry.rev) {
      if (entry.rev >= (held.get(slot)?.rev || 0)) held.set(slot, {rev: entry.rev, answer: entry.answer});
      queue.acknowledge(entry);
    } else if (Math.max(newest(slot)?.rev || 0, own.get(slot) || 0) >= server) {
      queue.drop([entry]);
      if ("held" in item) tell.conflict(slot, current(slot), item.held);
    } else {
      // Another tab wrote this question too. Both are shown, and what was chosen here goes on as the next revision.
      tell.conflict(slot, entry.answer, item.held);
      enter(slot, entry.answer, [entry]);
    }
  };
  const read = (sent, reply, asked) => {
    if (reply.now) tell.answered(reply, asked);
    if (reply.code === "stored" || reply.code === "conflict") {
      delay = 0;
      for (const item of reply.answers) {
        const entry = sent.find((one) => one.slot === item.slot && one.rev === item.rev);
        if (entry) settle(entry, item);
      }
    } else if (REFUSED.has(reply.status)) {
      if (sent.length > 1) sent.forEach((one) => { one.isAlone = true; });
      else {
        sent[0].isRefused = true;
        tell.refused(sent[0].slot, reply.message);
      }
    } else if (FINAL.has(reply.code)) {
      stop(reply.code);
    } else {
      delay = Math.min(SLOWEST, Math.max(delay * 2, 1000, (reply.wait || 0) * 1000));
      tell.failed(reply);
    }
  };
  const send = async (keepalive = false) => {
    const sent = batch();
    if (!sent.length || stopped) return;
    sent.forEach((one) => { one.isTried = true; });
    const body = {answers: sent.map(({slot, rev, answer}) => ({slot, rev, answer}))}, asked = performance.now();
    read(sent, await postJson(url, token, body, keepalive && JSON.stringify(body).length < KEEPALIVE_BYTES), asked);
    tell.changed();
    if (!delay && batch().length) await send();
  };
  // One at a time; whoever asks meanwhile waits for the same.
  const flush = (keepalive = false) => {
    clearTimeout(timer);
    busy ||= send(keepalive === true).finally(() => {
      busy = null;
      if (batch().length) soon(delay ? delay * (0.75 + Math.random() / 2) : 0);
    });
    return busy;
  };
  const stop = (why) => {
    if (stopped) return;
    stopped = why;
    clearTimeout(timer);
    tell.stopped(why);
  };
  return {
    change, enter, current, flush, stop,
    retry: () => { delay = 0; return flush(); },
    hold: (slot, rev, answer) => { held.set(slot, {rev, answer}); know(slot, rev); },
    heldRev: (slot) => held.get(slot)?.rev || 0,
    isAnswered: (slot) => current(slot) !== null,
    take: (entry) => { waiting.set(keyOf(entry), {...entry, isTried: true}); know(entry.slot, entry.rev); },
    unsent: () => [...waiting.values()],
    isUnsent: (slot) => of(slot).length > 0,
    isRefused: (slot) => Boolean(newest(slot)?.isRefused),
    stopped: () => stopped,
  };
};
