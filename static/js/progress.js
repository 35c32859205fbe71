// Asks every two seconds how far a document is and shows it, until nothing changes any more.
const EVERY = 2000;

export function progress() {
  const shown = document.querySelector("[data-progress]");
  if (shown) setTimeout(look, EVERY);
}

async function look() {
  const shown = document.querySelector("[data-progress]");
  try {
    const answer = await fetch(location.href, { credentials: "same-origin" });
    if (!answer.ok) return;
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const next = page.querySelector("[data-progress]");
    if (!next) return location.reload();
    if (next.textContent !== shown.textContent) shown.textContent = next.textContent;
  } catch {
    // The connection is gone for a moment: ask again.
  }
  setTimeout(look, EVERY);
}
