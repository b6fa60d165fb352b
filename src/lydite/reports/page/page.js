"use strict";
// The page is whole without this. It filters, moves by keys, copies commands and changes colours; it adds no content.
(() => {
  const root = document.documentElement;
  root.dataset.errors = "0";
  const count = () => { root.dataset.errors = String(Number(root.dataset.errors) + 1); };
  addEventListener("error", count);
  addEventListener("unhandledrejection", count);
  document.addEventListener("securitypolicyviolation", count);

  const by = (id) => document.getElementById(id);

  // Colours: as the system, dark, light. A browser that keeps nothing for files just forgets the choice.
  const THEMES = { "": "Auto", dark: "Dark", light: "Light" };
  const SAID = { "": "Colours: as the system", dark: "Colours: dark", light: "Colours: light" };
  const kept = () => { try { return localStorage.getItem("lydite-theme") || ""; } catch { return ""; } };
  const keep = (theme) => { try { localStorage.setItem("lydite-theme", theme); } catch { /* forgotten */ } };
  const paint = (theme) => {
    if (theme in THEMES && theme) root.dataset.theme = theme; else delete root.dataset.theme;
    const button = by("theme");
    if (button) { button.textContent = THEMES[theme] || "Auto"; button.setAttribute("aria-label", SAID[theme] || SAID[""]); }
  };
  const turn = () => {
    const names = Object.keys(THEMES);
    const next = names[(names.indexOf(root.dataset.theme || "") + 1) % names.length];
    keep(next);
    paint(next);
  };
  paint(kept());

  // The state of the filter lives in the address: `#q=storm&outcome=failed`. Any other hash is a place on the page.
  const PARTS = ["q", "outcome", "phase", "subject"];
  const state = () => {
    const hash = location.hash.slice(1);
    const told = new URLSearchParams(hash.includes("=") ? hash : "");
    return Object.fromEntries(PARTS.map((part) => [part, told.get(part) || ""]));
  };
  let rows = [];
  const apply = () => {
    const wanted = state();
    const query = wanted.q.toLowerCase().split(/\s+/).filter(Boolean);
    let shown = 0;
    for (const row of rows) {
      const fits = (!wanted.outcome || row.outcome === wanted.outcome)
        && (!wanted.phase || row.phase === wanted.phase)
        && (!wanted.subject || row.subject === wanted.subject)
        && query.every((word) => row.text.includes(word));
      if (row.element.hidden === fits) row.element.hidden = !fits;
      shown += fits;
    }
    by("query").value = wanted.q;
    by("outcome").value = wanted.outcome;
    const only = [wanted.phase, wanted.subject].filter(Boolean).join(", ");
    by("shown").textContent = `${shown.toLocaleString("en")} of ${rows.length.toLocaleString("en")}${only ? ` in ${only}` : ""}`;
    by("clear").hidden = !PARTS.some((part) => wanted[part]);
  };
  const change = (more) => {
    const told = new URLSearchParams(Object.entries({ ...state(), ...more }).filter(([, value]) => value));
    history.replaceState(null, "", `#${told.toString() || "cases"}`);
    apply();
  };
  const filter = () => {
    if (!by("all")) return;
    rows = Array.from(by("all").tBodies[0].rows, (element) => ({
      element,
      text: element.textContent.toLowerCase(),
      outcome: element.className,
      phase: element.cells[2].textContent,
      subject: element.cells[3].textContent,
    }));
    document.querySelector(".filter").hidden = false;
    by("query").addEventListener("input", (event) => change({ q: event.target.value }));
    by("outcome").addEventListener("change", (event) => change({ outcome: event.target.value }));
    by("clear").addEventListener("click", () => change({ q: "", outcome: "", phase: "", subject: "" }));
    const arrive = () => {
      apply();
      if (location.hash.includes("=")) by("cases").scrollIntoView();
    };
    addEventListener("hashchange", arrive);
    arrive();
  };

  const copying = () => {
    for (const command of document.querySelectorAll(".command > code")) {
      const button = document.createElement("button");
      button.type = "button";
      button.textContent = "Copy";
      button.addEventListener("click", async () => {
        getSelection().selectAllChildren(command);
        if (navigator.clipboard) await navigator.clipboard.writeText(command.textContent);
        else document.execCommand("copy");
        button.textContent = "Copied";
        setTimeout(() => { button.textContent = "Copy"; }, 1500);
      });
      command.after(button);
    }
  };

  const step = (by_how_many) => {
    const stops = Array.from(document.querySelectorAll("[data-stop], #all tbody tr:not([hidden])"));
    if (!stops.length) return;
    const now = stops.indexOf(document.activeElement.closest("[data-stop], #all tbody tr"));
    const next = stops[Math.min(stops.length - 1, Math.max(0, now + by_how_many))];
    next.tabIndex = -1;
    next.focus({ preventScroll: true });
    next.scrollIntoView({ block: next.matches("tr") ? "nearest" : "start" });
  };
  const press = (event) => {
    const typing = event.target.closest("input, select, textarea");
    if (event.key === "Escape" && typing) { typing.blur(); return; }
    if (typing || event.ctrlKey || event.metaKey || event.altKey || by("keys").open) return;
    const link = document.querySelector(`nav a[data-key="${CSS.escape(event.key)}"]`);
    if (link) { link.click(); by(link.hash.slice(1)).focus({ preventScroll: true }); return; }
    const keys = {
      "?": () => by("keys").showModal(),
      "/": () => { if (by("query")) { by("query").scrollIntoView({ block: "center" }); by("query").focus(); } },
      t: turn,
      j: () => step(1),
      k: () => step(-1),
    };
    if (event.key in keys) { event.preventDefault(); keys[event.key](); }
  };

  addEventListener("DOMContentLoaded", () => {
    paint(root.dataset.theme || "");
    document.querySelector(".tools").hidden = false;
    by("theme").addEventListener("click", turn);
    by("help").addEventListener("click", () => by("keys").showModal());
    document.addEventListener("keydown", press);
    copying();
    filter();
    // A place inside a fold opens it, and paper has no folds.
    const open = () => { const fold = location.hash.length > 1 && by(location.hash.slice(1))?.closest("details"); if (fold) fold.open = true; };
    addEventListener("hashchange", open);
    open();
    addEventListener("beforeprint", () => { for (const fold of document.querySelectorAll("details")) fold.open = true; });
  });
})();
