import { drawn, element, explained, notice, read, scrolling } from "./shared.js";

const WIDTH = 640;
const HEIGHT = 120;
const LINES = [["sent", "Sent"], ["failed", "Failed"], ["waiting", "Waiting"]];

const shown = document.getElementById("reports");

async function show() {
  shown.setAttribute("aria-busy", "true");
  try {
    // Airflow 3.1 puts ids in as they are, and the + of a run's time is no space
    const query = new URLSearchParams(window.location.search.replaceAll("+", "%2B"));
    const asked = new URLSearchParams({ dag_id: query.get("dag_id") ?? "", run_id: query.get("run_id") ?? "" });
    const { reports, left_out: leftOut } = await read(`api/reports?${asked}`);
    shown.replaceChildren(...(reports.length > 0 ? reports.map(card) : [nothing()]));
    if (leftOut > 0) shown.append(element("p", { class: "muted note" }, `${leftOut} more are not shown.`));
  } catch (error) {
    shown.replaceChildren(notice("error", "The reports cannot be shown", explained(error)));
  } finally {
    shown.removeAttribute("aria-busy");
  }
}

function nothing() {
  return element(
    "p",
    { class: "muted" },
    "No task of this run has left a campaign report. LetsCalendarInvitesSentSensor leaves one when it ends.",
  );
}

function card({ task_id: task, map_index: index, report, progress }) {
  const name = index >= 0 ? `${task} [${index}]` : task;
  const [title, verdict, ...rest] = markdown(report);
  return element(
    "section",
    { class: "card", "aria-label": name },
    element("header", {}, element("h2", {}, name)),
    title,
    verdict,
    sparkline(progress),
    ...rest,
    element("details", {}, element("summary", {}, "Markdown"), element("pre", { tabindex: "0" }, report)),
  );
}

function sparkline(progress) {
  const times = progress.map(({ time }) => Date.parse(time));
  const [first, last] = [Math.min(...times), Math.max(...times)];
  const most = Math.max(1, ...progress.flatMap((point) => LINES.map(([key]) => Number(point[key]))));
  const x = (time) => (last > first ? ((time - first) / (last - first)) * WIDTH : WIDTH / 2);
  const y = (value) => HEIGHT - (Number(value) / most) * HEIGHT;
  const lines = LINES.map(([key]) => {
    const points = progress.map((point, at) => `${x(times[at]).toFixed(1)},${y(point[key]).toFixed(1)}`);
    return drawn("polyline", { class: key, points: points.join(" ") });
  });
  const end = progress[progress.length - 1];
  const label = LINES.map(([key, name]) => `${end[key]} ${name.toLowerCase()}`).join(", ");
  const box = {
    viewBox: `-4 -4 ${WIDTH + 8} ${HEIGHT + 8}`,
    preserveAspectRatio: "none",
    role: "img",
    "aria-label": `At the end: ${label}`,
  };
  const keys = LINES.map(([key, name]) => element("span", { class: `key ${key}` }, `${name} ${end[key]}`));
  return element(
    "figure",
    {},
    drawn("svg", box, drawn("path", { d: `M0 ${HEIGHT}H${WIDTH}`, class: "axis" }), ...lines),
    element("figcaption", {}, ...keys, element("span", { class: "muted last" }, span(first, last))),
  );
}

function span(first, last) {
  const text = (time) => new Date(time).toISOString().slice(0, 16).replace("T", " ");
  return Number.isFinite(first) ? `${text(first)} – ${text(last)} UTC` : "";
}

// as much Markdown as reports are written in
function markdown(text) {
  return text.split(/\n{2,}/).map((block) => {
    if (block.startsWith("### ")) return element("h4", {}, block.slice(4));
    if (block.startsWith("## ")) return element("h3", {}, ...inline(block.slice(3)));
    return block.startsWith("|") ? table(block.split("\n")) : element("p", {}, ...inline(block));
  });
}

function inline(text) {
  return text.split(/(\*\*[^*]+\*\*|`[^`]+`)/).map((part) => {
    if (part.startsWith("**")) return element("strong", {}, part.slice(2, -2));
    return part.startsWith("`") ? element("code", {}, part.slice(1, -1)) : part;
  });
}

function table([head, , ...rows]) {
  const labels = cellsOf(head);
  const made = element(
    "table",
    {},
    element("thead", {}, line(head, "th", { scope: "col" })),
    element("tbody", {}, ...rows.map((row) => line(row, "td", {}))),
  );
  return scrolling(made, labels.join(", "));
}

function line(text, name, properties) {
  const kind = (at) => (at > 0 ? "number" : "time");
  return element(
    "tr",
    {},
    ...cellsOf(text).map((each, at) => element(name, { ...properties, class: kind(at) }, each)),
  );
}

function cellsOf(text) {
  return text.split("|").slice(1, -1).map((each) => each.trim());
}

show();
