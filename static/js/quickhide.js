// Escape twice within a second: the page is blanked and replaced by a neutral one.
const WITHIN = 1000;
const NEUTRAL = "https://www.bbc.co.uk/weather";

export function quickHide() {
  if (!document.querySelector("[data-quick-hide]")) return;
  let last = 0;
  for (const hint of document.querySelectorAll(".app-hide-hint")) hint.hidden = false;
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || event.repeat) return;
    if (event.timeStamp - last < WITHIN) leave();
    last = event.timeStamp;
  });
}

function leave() {
  document.title = "Weather";
  document.body.replaceChildren();
  window.location.replace(NEUTRAL);
}
