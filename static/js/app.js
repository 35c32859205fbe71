// Progressive enhancement: everything works without this module.
import { initAll } from "../govuk/govuk-frontend.min.js";
import { autosave } from "./autosave.js";
import { copyButtons } from "./copy.js";
import { growingTexts } from "./growing.js";
import { sendOnce } from "./once.js";
import { progress } from "./progress.js";
import { quickHide } from "./quickhide.js";
import { securityKeys } from "./securitykey.js";
import { sessionTime } from "./session.js";

document.body.classList.add("js-enabled", "govuk-frontend-supported");
initAll();
autosave();
copyButtons();
growingTexts();
progress();
sendOnce();
quickHide();
securityKeys();
sessionTime();
