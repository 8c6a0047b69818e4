// An embed asks now and then whether anything changed. It opens no stream: a page may hold
// many embeds, and a browser only so many connections.

const EVERY = 30000;
const main = document.querySelector("[data-embed]");
let seen = null;

async function look() {
  if (document.hidden) return;
  try {
    const answer = await fetch(location.href, { cache: "no-cache" });
    const tag = answer.headers.get("ETag");
    if (!answer.ok || tag === seen) return;
    const text = await answer.text();
    const first = seen === null;
    seen = tag;
    const fresh = new DOMParser().parseFromString(text, "text/html").querySelector("[data-embed]");
    if (!fresh || (first && fresh.innerHTML === main.innerHTML)) return;
    main.replaceChildren(...document.importNode(fresh, true).childNodes);
    const news = main.querySelector(".live-news");
    if (news) setTimeout(() => { news.textContent = news.dataset.changed; }, 50);
  } catch {
    // The next look will tell.
  }
}

setInterval(look, EVERY);
document.addEventListener("visibilitychange", look);
