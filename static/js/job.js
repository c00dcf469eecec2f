// Keeps a running job's figures up to date; without it the page reloads itself.
const place = document.getElementById("job");
const EVERY = 2000;

async function refresh() {
  try {
    const answer = await fetch(place.dataset.progress + location.search, { headers: { "X-Requested-With": "fetch" } });
    if (answer.ok && !answer.redirected) {
      const fresh = document.createElement("div");
      fresh.innerHTML = await answer.text();
      const state = fresh.querySelector("[data-state]")?.dataset.state;
      if (state !== place.dataset.state) return location.reload();
      // Whoever stands on a link in there would lose his place.
      if (!place.contains(document.activeElement)) place.replaceChildren(...fresh.childNodes);
    }
  } catch {
    // Offline for a moment: the figures stay as they are.
  }
  setTimeout(refresh, EVERY);
}

setTimeout(refresh, EVERY);
