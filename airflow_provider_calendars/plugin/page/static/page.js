import { element, explained, link, notice, read, scrolling } from "./shared.js";

const AT_ONCE = 3;
const MODES = {
  dry_run: ["Dry run", "Tasks that use this connection change nothing at the vendor."],
  redirect: ["Redirect", "Tasks that use this connection invite your own addresses only."],
};
const STATES = { running: "Running", upcoming: "Upcoming", over: "Over", unknown: "No readable time" };
const COUNTS = ["total", "new", "in_process", "sent", "failed", "unsubscribed", "cancelled"];

const cards = document.getElementById("cards");
const told = document.getElementById("told");
const button = document.getElementById("refresh");

async function show(fresh) {
  button.disabled = true;
  told.textContent = "Loading";
  try {
    const { connections, withheld } = await read("api/connections");
    if (connections.length === 0) {
      cards.replaceChildren(nothing(withheld));
      return;
    }
    const shown = connections.map((each) => kept(each) ?? skeleton(each));
    cards.replaceChildren(...shown);
    await Promise.all(connections.map((each, at) => fill(shown[at], each, fresh)));
  } catch (error) {
    cards.replaceChildren(notice("error", "The page cannot be shown", explained(error)));
  } finally {
    told.textContent = "Loaded";
    button.disabled = false;
  }
}

function nothing(withheld) {
  if (withheld) {
    return notice(
      "plain",
      "There is no connection that you may read",
      "What a connection leads to is shown to those who may read the connection. Ask an administrator.",
    );
  }
  const where = new URL("../connections", document.baseURI).href;
  const said = notice(
    "plain",
    "No connection yet",
    "Add one of type Let's Calendar, lemcal or HighLevel; its campaigns and meetings are shown here.",
    "Connections in environment variables are found, too; name those of a secrets backend in the option " +
      "page_connections of the section [calendars].",
  );
  said.append(element("p", {}, link("Open Admin, Connections", where)));
  return said;
}

// what was read before stays until there is something newer
function kept({ connection_id: id }) {
  const found = [...cards.children].find((card) => card.dataset.connection === id);
  found?.setAttribute("aria-busy", "true");
  return found;
}

function skeleton({ connection_id: id, system }) {
  const bones = element("div", { class: "bones", "aria-hidden": "true" });
  for (let number = 0; number < 3; number += 1) bones.append(element("span"));
  const named = { class: "card", "aria-busy": "true", "aria-label": id, "data-connection": id };
  return element("section", named, heading(id, system), bones);
}

function heading(id, system, mode, summary, readAt) {
  const badge = MODES[mode] && element("span", { class: "badge warning", title: MODES[mode][1] }, MODES[mode][0]);
  return element(
    "header",
    {},
    element("h2", {}, system || id, " ", element("span", { class: "muted" }, system ? id : "")),
    badge,
    element("span", { class: "muted" }, summary ?? ""),
    readAt ? element("time", { class: "muted last", datetime: readAt }, `as of ${timeOf(readAt)}`) : null,
  );
}

function timeOf(moment) {
  return new Date(moment).toLocaleTimeString([], { hour12: false });
}

async function fill(card, { connection_id: id, system }, fresh) {
  const where = `api/connections/${encodeURIComponent(id)}`;
  try {
    const said = await read(`${where}?fresh=${fresh}`);
    const { table, error } = said;
    const title = heading(id, said.system || system, said.mode, table?.summary, said.read_at);
    if (error) {
      card.replaceChildren(title, notice("error", error.title, error.text, error.advice));
      return;
    }
    const { body, counted } = tableOf(table, `${said.system} ${id}`);
    card.replaceChildren(title, body, ...notes(table));
    await count(card, where, counted, fresh);
  } catch (error) {
    card.replaceChildren(heading(id, system), notice("error", "The connection cannot be shown", explained(error)));
  } finally {
    card.removeAttribute("aria-busy");
  }
}

function notes({ left_out: leftOut, notes: said }) {
  const all = leftOut > 0 ? [`${leftOut} more are not shown.`, ...said] : said;
  return all.map((note) => element("p", { class: "muted note" }, note));
}

function tableOf({ columns, rows, empty }, label) {
  if (rows.length === 0) return { body: element("p", { class: "muted note" }, empty), counted: [] };
  const counted = [];
  const head = columns.map(({ label: name, kind }) => element("th", { scope: "col", class: kind }, name));
  const lines = rows.map((row) => {
    const cells = Object.fromEntries(columns.map((column) => [column.key, cell(column, row)]));
    if (row.counts_of) counted.push({ id: row.counts_of, cells });
    return element("tr", {}, ...Object.values(cells));
  });
  const made = element(
    "table",
    {},
    element("caption", { class: "hidden-text" }, label),
    element("thead", {}, element("tr", {}, ...head)),
    element("tbody", {}, ...lines),
  );
  return { body: scrolling(made, label), counted };
}

function cell({ key, kind }, row) {
  const value = row[key];
  if (kind === "link") return element("td", { class: kind }, link(value.text, value.href, value.hint));
  if (kind === "state") {
    return element("td", {}, element("span", { class: `badge ${value}` }, STATES[value] ?? value));
  }
  const waits = row.counts_of && COUNTS.includes(key);
  const made = element("td", { class: waits ? `${kind} waits` : kind }, waits ? "…" : (value ?? ""));
  if (kind === "number" && !waits) setNumber(made, value);
  return made;
}

function setNumber(made, value) {
  made.classList.toggle("zero", value === 0);
  made.textContent = value === null || value === undefined ? "–" : value.toLocaleString();
}

// some at a time: each is a request to the vendor
async function count(card, where, counted, fresh) {
  const left = [...counted];
  let failed = null;
  async function work() {
    while (left.length > 0 && !failed) {
      const { id, cells } = left.shift();
      const said = await read(`${where}/campaigns/${encodeURIComponent(id)}?fresh=${fresh}`).catch((error) => ({
        error: { title: "The attendees cannot be counted", text: explained(error) },
      }));
      if (said.error) failed ??= said.error;
      else put(cells, said.counts);
    }
  }
  await Promise.all(Array.from({ length: AT_ONCE }, work));
  if (!failed) return;
  for (const { cells } of counted) {
    for (const name of COUNTS) if (cells[name].classList.contains("waits")) put(cells, {}, [name]);
  }
  card.append(notice("warning", "The attendees cannot be counted", failed.text, failed.advice));
}

function put(cells, counts, names = COUNTS) {
  for (const name of names) {
    cells[name].classList.remove("waits");
    setNumber(cells[name], counts[name]);
    cells[name].classList.toggle("bad", name === "failed" && counts[name] > 0);
  }
}

button.addEventListener("click", () => show(true));
show(false);
