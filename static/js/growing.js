// Lets a text box grow with its text, where the browser does not do so by itself.
export function growingTexts() {
  if (CSS.supports("field-sizing", "content")) return;
  for (const box of document.querySelectorAll("textarea.govuk-textarea:not([readonly])")) {
    const grow = () => {
      if (box.scrollHeight > box.clientHeight) box.rows = Math.min(40, box.rows + Math.ceil((box.scrollHeight - box.clientHeight) / 25));
    };
    box.addEventListener("input", grow);
    grow();
  }
}
