/* SPDX-License-Identifier: Apache-2.0 */
"use strict";
(() => {
  const colour = name => getComputedStyle(document.documentElement).getPropertyValue(name).trim();
  const figures = new Map();
  document.querySelectorAll("script[data-chart]").forEach(
    script => figures.set(script.dataset.chart, JSON.parse(script.textContent)));

  // Charts carry no colours of their own for text and lines: they follow the page, light or dark.
  function themed(layout) {
    const result = structuredClone(layout);
    result.font = { ...result.font, color: colour("--ink"), size: 13,
      family: "system-ui, -apple-system, 'Segoe UI', Roboto, 'DejaVu Sans', Arial, sans-serif" };
    for (const key of Object.keys(result)) {
      if (/^[xy]axis\d*$/.test(key)) {
        if (result[key].title) result[key].title.font = { size: 13, color: colour("--soft") };
        Object.assign(result[key], { gridcolor: colour("--line"), zerolinecolor: colour("--soft"), linecolor: colour("--line") });
      }
    }
    result.hoverlabel = { ...result.hoverlabel, bgcolor: colour("--card"), bordercolor: colour("--soft"),
      font: { color: colour("--ink") } };
    return result;
  }

  const settings = { responsive: true, displayModeBar: false };

  function draw(root) {
    root.querySelectorAll(".chart").forEach(place => {
      const figure = figures.get(place.id);
      if (figure) Plotly.react(place, figure.data, themed(figure.layout), settings);
    });
  }

  const tabs = [...document.querySelectorAll(".tabs button")];
  const panel = tab => document.getElementById(tab.getAttribute("aria-controls"));
  function select(chosen) {
    for (const tab of tabs) {
      tab.setAttribute("aria-selected", String(tab === chosen));
      panel(tab).hidden = tab !== chosen;
    }
    draw(panel(chosen));
  }
  tabs.forEach(tab => tab.addEventListener("click", () => select(tab)));

  function drawVisible() {
    document.querySelectorAll(".grid").forEach(grid => {
      if (!grid.closest("[hidden]")) draw(grid);
    });
  }

  const number = text => parseFloat(text.replaceAll(",", "").replace("−", "-").replace("< ", ""));
  function sort(table, column, heading) {
    const down = heading.getAttribute("aria-sort") !== "descending";
    table.querySelectorAll("thead th").forEach(other => other.removeAttribute("aria-sort"));
    heading.setAttribute("aria-sort", down ? "descending" : "ascending");
    const rows = [...table.tBodies[0].rows];
    const text = row => row.cells[column].textContent;
    rows.sort((a, b) => {
      const [x, y] = [number(text(a)), number(text(b))];
      const order = isNaN(x) || isNaN(y) ? text(a).localeCompare(text(b)) : x - y;
      return down ? -order : order;
    });
    table.tBodies[0].append(...rows);
  }
  document.querySelectorAll("table.sortable").forEach(table =>
    table.querySelectorAll("thead th").forEach((heading, column) =>
      heading.addEventListener("click", () => sort(table, column, heading))));

  if (tabs.length) {
    tabs.forEach((tab, place) => { panel(tab).hidden = place !== 0; });
    tabs.forEach((tab, place) => tab.setAttribute("aria-selected", String(place === 0)));
  }
  drawVisible();
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", drawVisible);
  addEventListener("beforeprint", () => document.querySelectorAll(".panel").forEach(draw));
})();
