// Shows a BPMN diagram read from `data-diagram`, coloured by `data-colours` and labelled by `data-badges`.
"use strict";

const FILLS = {
  "shade-0": "#f4f6f8", "shade-1": "#fdeccb", "shade-2": "#fbd38d", "shade-3": "#f6a860", "shade-4": "#ec7a4b", "shade-5": "#d64a3f",
  done: "#d5eedf", current: "#cfe3fa", added: "#d5eedf", removed: "#fbd9d9", changed: "#fdeccb", moved: "#e4dcf8", wrong: "#fbd9d9",
};
// Named, not inherited: the text is measured outside of the page.
const FONT = 'Arial, "PingFang SC", "Microsoft YaHei", "Noto Sans SC", "Noto Sans CJK SC", sans-serif';
const ICONS = {
  in: "M12 5v14M5 12h14", out: "M5 12h14", fit: "M4 8v-2a2 2 0 0 1 2 -2h2M4 16v2a2 2 0 0 0 2 2h2M16 4h2a2 2 0 0 1 2 2v2M16 20h2a2 2 0 0 0 2 -2v-2",
  whole: "M14 4h6v6M20 4l-7 7M10 20h-6v-6M4 20l7 -7",
};
const STROKES = { done: "#1f7a4d", current: "#1f5fa8", added: "#1f7a4d", removed: "#c22f2f", changed: "#b36b00", moved: "#6b46c1", wrong: "#c22f2f" };

function colour(viewer, id, name) {
  const graphics = viewer.get("elementRegistry").getGraphics(id);
  const element = viewer.get("elementRegistry").get(id);
  if (!graphics || !element) return;
  const drawn = graphics.querySelector(".djs-visual > :first-child");
  if (element.waypoints) {
    if (STROKES[name]) { drawn.style.stroke = STROKES[name]; drawn.style.strokeWidth = "3px"; }
    return;
  }
  if (FILLS[name]) drawn.style.fill = FILLS[name];
  if (STROKES[name]) { drawn.style.stroke = STROKES[name]; drawn.style.strokeWidth = "2.5px"; }
  if (name === "shade-5" || name === "shade-4") graphics.querySelectorAll("text").forEach((text) => { text.style.fontWeight = "600"; });
}

function badge(viewer, id, text) {
  if (!viewer.get("elementRegistry").get(id)) return;
  const label = document.createElement("div");
  label.className = "badge-on";
  label.textContent = text;
  viewer.get("overlays").add(id, { position: { bottom: 12, left: 4 }, html: label, scale: { min: 0.85, max: 1.1 } });
}

// The file has one language in its names; the other is drawn over it.
function rename(viewer, names) {
  for (const [id, name] of Object.entries(names)) {
    const element = viewer.get("elementRegistry").get(id);
    if (!element) continue;
    element.businessObject.name = name;
    const factory = viewer.get("graphicsFactory");
    const target = element.label || element;
    for (const each of new Set([element, target])) {
      const graphics = viewer.get("elementRegistry").getGraphics(each);
      if (graphics) factory.update(each.waypoints ? "connection" : "shape", each, graphics);
    }
  }
}

function drawn(path) {
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  const line = document.createElementNS("http://www.w3.org/2000/svg", "path");
  for (const [name, value] of Object.entries({ class: "icon", viewBox: "0 0 24 24", fill: "none", stroke: "currentColor", "stroke-width": "2", "stroke-linecap": "round" })) svg.setAttribute(name, value);
  line.setAttribute("d", path);
  svg.append(line);
  return svg;
}

function tools(holder, viewer) {
  const bar = document.createElement("div");
  bar.className = "tools";
  const canvas = viewer.get("canvas");
  for (const [icon, title, act] of [
    ["in", holder.dataset.wordIn, () => canvas.zoom(canvas.zoom() * 1.2)],
    ["out", holder.dataset.wordOut, () => canvas.zoom(canvas.zoom() / 1.2)],
    ["fit", holder.dataset.wordFit, () => canvas.zoom("fit-viewport", "auto")],
    ["whole", holder.dataset.wordWhole, () => { holder.classList.toggle("whole"); canvas.resized(); canvas.zoom("fit-viewport", "auto"); }],
  ]) {
    const button = document.createElement("button");
    button.type = "button";
    button.append(drawn(ICONS[icon]));
    button.title = title || "";
    button.setAttribute("aria-label", title || icon);
    button.addEventListener("click", act);
    bar.append(button);
  }
  holder.append(bar);
}

async function show(holder) {
  if (holder.dataset.shown) return;
  holder.dataset.shown = "yes";
  const answer = await fetch(holder.dataset.diagram, { headers: { Accept: "application/xml" } });
  if (!answer.ok) { holder.querySelector(".loading").textContent = `${answer.status}`; return; }
  const viewer = new window.BpmnViewer({
    container: holder,
    textRenderer: { defaultStyle: { fontFamily: FONT, fontSize: 14 }, externalStyle: { fontFamily: FONT, fontSize: 13 } },
  });
  await viewer.importXML(await answer.text());
  const loading = holder.querySelector(".loading");
  if (loading) loading.remove();
  rename(viewer, JSON.parse(holder.dataset.names || "{}"));
  for (const [id, name] of Object.entries(JSON.parse(holder.dataset.colours || "{}"))) colour(viewer, id, name);
  for (const [id, text] of Object.entries(JSON.parse(holder.dataset.badges || "{}"))) badge(viewer, id, text);
  viewer.get("canvas").zoom("fit-viewport", "auto");
  tools(holder, viewer);
  holder.dataset.ready = "yes";
  holder.viewer = viewer;
  const addresses = JSON.parse(holder.dataset.addresses || "{}");
  viewer.on("element.click", ({ element }) => { if (addresses[element.id]) location.assign(addresses[element.id]); });
}

function pick(button) {
  const holder = document.getElementById(button.dataset.picksIn);
  if (!holder || !holder.viewer) return;
  const canvas = holder.viewer.get("canvas");
  if (holder.picked) canvas.removeMarker(holder.picked, "is-picked");
  const element = holder.viewer.get("elementRegistry").get(button.dataset.picks);
  if (!element) return;
  canvas.addMarker(element, "is-picked");
  canvas.scrollToElement(element, 80);
  holder.picked = element.id;
}

const showAll = () => document.querySelectorAll("[data-diagram]").forEach(show);
if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", showAll);
else showAll();
document.addEventListener("qiangji:drawn", showAll);
document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-picks]");
  if (button) pick(button);
});
