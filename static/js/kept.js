// Names the lessons kept on this phone, for somebody who has no network.
const list = document.getElementById("kept");
const LESSON = /^\/learn\/\d+\/\d+\/$/;

const row = (path, lesson, course) => {
  const item = document.getElementById("kept-row").content.cloneNode(true);
  item.querySelector("a").href = path;
  item.querySelector("strong").textContent = lesson;
  item.querySelector(".about").textContent = course;
  return item;
};
const find = async () => {
  for (const name of (await caches.keys()).filter((one) => one.startsWith("kept-"))) {
    const cache = await caches.open(name);
    for (const request of await cache.keys()) {
      const path = new URL(request.url).pathname;
      if (!LESSON.test(path)) continue;
      const page = new DOMParser().parseFromString(await (await cache.match(request, {ignoreVary: true})).text(), "text/html");
      list.append(row(path, page.querySelector("h1").textContent, page.querySelector(".nav-title").textContent));
    }
  }
  document.getElementById("kept-about").hidden = !list.children.length;
};
if ("caches" in window) find().catch(() => {});
