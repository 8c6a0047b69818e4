// Keeps a process page up to date: one stream tells that something was recorded, the page
// then asks for its parts and replaces those that changed. Without it the page is whole.

import { exchange, remember } from "/static/parts.js";

const page = document.querySelector("[data-process]");
const box = document.querySelector("[data-live-controls]");
if (page && box) start(page, box);

function start(page, box) {
  const words = box.dataset;
  const state = box.querySelector(".live-state");
  const button = box.querySelector(".live-button");
  const news = box.querySelector(".live-news");
  let stream = null;
  let paused = false;
  let seen = null;
  let busy = false;
  let again = false;

  remember(page);

  function show(code) {
    box.dataset.state = code;
    state.textContent = { on: words.on, off: words.off, wait: words.wait }[code];
    button.textContent = paused ? words.resume : words.pause;
  }

  function open() {
    close();
    stream = new EventSource(`/api/v1/stream?process=${encodeURIComponent(page.dataset.process)}`);
    // What was recorded while nobody listened is caught up with here: after sleep, a restart
    // of the server, or between the page and the stream.
    stream.onopen = () => { show("on"); refresh(); };
    stream.onmessage = refresh;
    stream.onerror = () => {
      show("wait");
      // The browser gives up after some answers; a server that restarts must find us again.
      if (stream && stream.readyState === EventSource.CLOSED) setTimeout(() => !paused && open(), 5000);
    };
  }

  function close() {
    if (stream) stream.close();
    stream = null;
  }

  async function refresh() {
    if (paused) return;
    if (busy) { again = true; return; }
    busy = true;
    try {
      const answer = await fetch(page.dataset.fragment, { cache: "no-cache" });
      const tag = answer.headers.get("ETag");
      if (answer.ok && tag !== seen) {
        seen = tag;
        if (exchange(page, await answer.text())) tell();
      }
    } catch {
      show("wait");
    } finally {
      busy = false;
      if (again) { again = false; refresh(); }
    }
  }

  function tell() {
    news.textContent = "";
    setTimeout(() => { news.textContent = words.changed; }, 50);
    setTimeout(() => { news.textContent = ""; }, 8000);
  }

  button.addEventListener("click", () => {
    paused = !paused;
    if (paused) { close(); show("off"); } else { show("wait"); open(); }
  });
  document.addEventListener("visibilitychange", () => {
    if (!document.hidden && !paused && (!stream || stream.readyState === EventSource.CLOSED)) open();
  });
  addEventListener("pageshow", (event) => { if (event.persisted && !paused) open(); });
  addEventListener("pagehide", close);

  box.hidden = false;
  show("wait");
  open();
}
