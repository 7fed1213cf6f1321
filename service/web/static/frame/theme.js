// Light, dark, or as the system has it.

import { keep, kept } from "./preferences.js";

const THEMES = ["system", "light", "dark"];

/** Show the theme that was chosen, and let the radio buttons of a group choose another. */
export function startTheme(group) {
  const chosen = THEMES.includes(kept("theme")) ? kept("theme") : "system";
  apply(chosen);
  for (const radio of group.querySelectorAll("input")) {
    radio.checked = radio.value === chosen;
    radio.addEventListener("change", () => {
      apply(radio.value);
      keep("theme", radio.value === "system" ? null : radio.value);
    });
  }
}

function apply(theme) {
  if (theme === "system") delete document.documentElement.dataset.theme;
  else document.documentElement.dataset.theme = theme;
}
