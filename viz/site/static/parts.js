// Replaces the parts of a page that changed, and nothing else: the reader's place, what was
// folded open and the focus stay where they were.

const sources = new WeakMap();

/** Notes what the parts of `root` are before the reader folds anything open. */
export function remember(root) {
  for (const part of root.querySelectorAll("[data-part]")) sources.set(part, part.outerHTML);
}

/** How many parts of `root` were replaced by those in `html`; parts are named by their id. */
export function exchange(root, html) {
  const fresh = new DOMParser().parseFromString(html, "text/html");
  const known = new Set([...root.querySelectorAll("[id]")].map((e) => e.id));
  const held = anchor(root);
  let changed = 0;
  let last = null;
  const wanted = new Set();
  for (const part of fresh.querySelectorAll("[data-part]")) {
    wanted.add(part.id);
    const old = document.getElementById(part.id);
    const text = part.outerHTML;
    if (old && (sources.get(old) ?? old.outerHTML) === text) {
      last = old;
      continue;
    }
    const next = document.importNode(part, true);
    sources.set(next, text);
    if (old) {
      keep(old, next);
      old.replaceWith(next);
      if (next.returnFocus) next.returnFocus();
    } else if (last) last.after(next);
    else root.append(next);
    mark(next, known);
    last = next;
    changed += 1;
  }
  for (const old of root.querySelectorAll("[data-part]")) {
    if (!wanted.has(old.id)) { old.remove(); changed += 1; }
  }
  if (changed) held();
  return changed;
}

/** Remembers what the reader looks at; calling the result puts it back where it was. */
function anchor(root) {
  if (scrollY === 0) return () => {};
  // The first that begins within the window: a part that reaches into it may grow above.
  const named = [...root.querySelectorAll("[data-part], [data-part] [id]")].filter((e) => e.id);
  const seen = named.find((e) => e.getClientRects().length && e.getBoundingClientRect().top >= 0);
  if (!seen) return () => {};
  const { id } = seen;
  const top = seen.getBoundingClientRect().top;
  return () => {
    const now = document.getElementById(id);
    if (now) scrollBy({ top: now.getBoundingClientRect().top - top, behavior: "instant" });
  };
}

/** Carries over what was folded open, and the focus. */
function keep(old, next) {
  const folds = [...next.querySelectorAll("details")];
  const names = new Map(folds.map((d, i) => [name(d, i), d]));
  [...old.querySelectorAll("details")].forEach((d, i) => {
    const same = names.get(name(d, i));
    if (same && d.open) same.open = true;
  });
  const focused = old.contains(document.activeElement) ? document.activeElement : null;
  const place = focused ? [...old.querySelectorAll("a, button, summary, [tabindex]")].indexOf(focused) : -1;
  if (place < 0) return;
  next.returnFocus = () => {
    const all = [...next.querySelectorAll("a, button, summary, [tabindex]")];
    const href = focused.getAttribute("href");
    const same = (href && all.find((e) => e.getAttribute("href") === href)) || all[place];
    if (same) same.focus({ preventScroll: true });
  };
}

function name(fold, place) {
  const inside = fold.closest("[id]");
  if (!inside || inside.matches("[data-part]")) return String(place);
  // One thing may hold several folds: each is known by its place within it.
  return `${inside.id}/${[...inside.querySelectorAll("details")].indexOf(fold)}`;
}

/** Marks what was not there before. */
function mark(part, known) {
  for (const e of part.querySelectorAll("[id]")) {
    if (!known.has(e.id)) (e.closest("li") ?? e).classList.add("is-new");
  }
}
