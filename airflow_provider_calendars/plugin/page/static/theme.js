// Airflow's colours. Inside Airflow they are those it uses at this moment, brand colours of a
// deployment included; on its own the page follows the choice Airflow keeps, else the system.
"use strict";

(() => {
  const TOKENS = [
    "bg", "bg-emphasized", "bg-muted", "border", "border-emphasized",
    "brand-focus-ring", "failed-fg", "failed-solid", "fg", "fg-muted", "fg-subtle",
    "gray-fg", "gray-subtle", "info-fg", "info-subtle", "success-fg", "success-solid",
    "success-subtle", "warning-fg", "warning-subtle",
  ];
  const root = document.documentElement;

  function host() {
    try {
      return window.parent === window ? null : window.parent.document.documentElement;
    } catch {
      return null;
    }
  }

  function isDark(airflow) {
    if (airflow?.classList.contains("dark")) return true;
    if (airflow?.classList.contains("light")) return false;
    let chosen = null;
    try {
      chosen = window.localStorage.getItem("theme");
    } catch {
      // without storage the system's choice counts
    }
    if (chosen === "dark" || chosen === "light") return chosen === "dark";
    return window.matchMedia("(prefers-color-scheme: dark)").matches;
  }

  function follow() {
    const airflow = host();
    root.classList.toggle("dark", isDark(airflow));
    if (!airflow) return;
    const theirs = window.parent.getComputedStyle(airflow);
    for (const token of TOKENS) {
      const value = theirs.getPropertyValue(`--chakra-colors-${token}`).trim();
      if (value) root.style.setProperty(`--${token}`, value);
    }
    const font = window.parent.getComputedStyle(window.parent.document.body).fontFamily;
    if (font) root.style.setProperty("--font", font);
  }

  follow();
  window.addEventListener("storage", follow);
  window.matchMedia("(prefers-color-scheme: dark)").addEventListener("change", follow);
  const airflow = host();
  if (airflow) new MutationObserver(follow).observe(airflow, { attributeFilter: ["class"] });
})();
