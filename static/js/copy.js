// Shows a copy button beside a text that people take to their own system.
export function copyButtons() {
  for (const button of document.querySelectorAll("button[data-copy]")) {
    const text = document.getElementById(button.dataset.copy);
    const told = document.querySelector(`[data-copied="${CSS.escape(button.dataset.copy)}"]`);
    if (!text) continue;
    button.hidden = false;
    button.addEventListener("click", async () => {
      told.textContent = (await copied(text)) ? "Copied." : "Could not copy by itself: the text is selected, press Ctrl and C.";
    });
  }
}

async function copied(text) {
  text.select();
  try {
    await navigator.clipboard.writeText(text.value);
    return true;
  } catch {
    return document.execCommand("copy");
  }
}
