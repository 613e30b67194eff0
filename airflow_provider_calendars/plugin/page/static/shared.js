// What both pages are made with. Whatever comes from outside becomes text, never markup.

const SVG = "http://www.w3.org/2000/svg";

export function element(name, properties = {}, ...children) {
  return filled(document.createElement(name), properties, children);
}

export function drawn(name, properties = {}, ...children) {
  return filled(document.createElementNS(SVG, name), properties, children);
}

function filled(node, properties, children) {
  for (const [name, value] of Object.entries(properties)) {
    if (value !== null && value !== undefined && value !== false) {
      node.setAttribute(name, value === true ? "" : String(value));
    }
  }
  node.append(...children.filter((child) => child !== null && child !== undefined));
  return node;
}

export class Refused extends Error {
  constructor(status) {
    super(REFUSALS[status] ?? `Airflow answered with ${status}. Refresh later.`);
    this.status = status;
  }
}

const REFUSALS = {
  401: "Your session is over. Reload Airflow and log in again.",
  403: "Airflow does not let you read this. Ask an administrator for the permission.",
  404: "This is not there any more. Refresh the page.",
};

export async function read(path) {
  const response = await fetch(path, { credentials: "same-origin", headers: { Accept: "application/json" } });
  if (!response.ok) throw new Refused(response.status);
  return response.json();
}

export function explained(error) {
  return error instanceof Refused ? error.message : "Airflow's API server cannot be reached. Refresh later.";
}

export function notice(kind, title, ...lines) {
  const said = lines.filter(Boolean).map((line) => element("p", {}, line));
  return element("div", { class: `notice ${kind}` }, element("strong", {}, title), ...said);
}

// Airflow keeps its frames from opening windows, so its own document has to open them
export function openOutside(event) {
  if (window.parent === window) return;
  const theirs = window.parent.document.createElement("a");
  theirs.href = event.currentTarget.href;
  theirs.target = "_blank";
  theirs.rel = "noopener noreferrer";
  theirs.click();
  event.preventDefault();
}

export function link(text, href, hint) {
  if (!/^https?:\/\//.test(href ?? "")) return element("span", { title: hint }, text);
  const made = element("a", { href, title: hint, target: "_blank", rel: "noopener noreferrer" }, text);
  made.addEventListener("click", openOutside);
  return made;
}

export function scrolling(table, label) {
  return element("div", { class: "scrolling", role: "region", tabindex: "0", "aria-label": label }, table);
}
