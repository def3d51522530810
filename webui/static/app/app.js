// The few things that every page does in the browser. No library of ours evaluates text as code.
"use strict";

const ready = (act) => document.readyState === "loading" ? document.addEventListener("DOMContentLoaded", act) : act();

function drawCharts(root) {
  if (!window.drawChart) return;
  for (const element of root.querySelectorAll("[data-chart]")) {
    if (element.dataset.drawn) continue;
    element.dataset.drawn = "yes";
    const options = JSON.parse(element.dataset.chart);
    const chart = window.drawChart(element, options);
    new ResizeObserver(() => chart.resize()).observe(element);
  }
}

function menu() {
  const side = document.querySelector(".side");
  const button = document.querySelector(".menu-button");
  if (!side || !button) return;
  button.addEventListener("click", (event) => { side.classList.toggle("open"); event.stopPropagation(); });
  document.addEventListener("click", (event) => { if (!side.contains(event.target)) side.classList.remove("open"); });
}

// A form that is sent cannot be sent twice; selects marked so send their form at once.
function forms() {
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (form.dataset.sure && !window.confirm(form.dataset.sure)) { event.preventDefault(); return; }
    if (form.method !== "post") return;
    if (form.dataset.sent) { event.preventDefault(); return; }
    form.dataset.sent = "yes";
  });
  document.addEventListener("change", (event) => {
    if (event.target.matches("[data-sends]")) event.target.form.requestSubmit();
  });
  window.addEventListener("pageshow", () => document.querySelectorAll("form[data-sent]").forEach((form) => delete form.dataset.sent));
}

// What was typed into a long form survives a closed tab or an ended sign-in until the form has been sent.
function drafts() {
  for (const form of document.querySelectorAll("form[data-draft]")) {
    const key = `draft:${form.dataset.draft}`;
    const kept = sessionStorage.getItem(key);
    if (kept && !form.dataset.filled) restore(form, JSON.parse(kept));
    form.addEventListener("input", () => sessionStorage.setItem(key, JSON.stringify([...new FormData(form)].filter(([, v]) => typeof v === "string"))));
    form.addEventListener("submit", () => sessionStorage.removeItem(key));
  }
}

function restore(form, pairs) {
  for (const [name, value] of pairs) {
    if (name === "csrf_token") continue;
    for (const field of form.querySelectorAll(`[name="${CSS.escape(name)}"]`)) {
      if (field.type === "radio" || field.type === "checkbox") field.checked = field.checked || field.value === value;
      else if (field.type !== "file" && field.type !== "hidden") field.value = value;
    }
  }
}

// Fields that are only wanted with a certain answer: data-when="field=value,value".
function conditions() {
  for (const block of document.querySelectorAll("[data-when]")) {
    const [name, values] = block.dataset.when.split("=");
    const form = block.closest("form");
    const decide = () => {
      const now = new FormData(form).getAll(name);
      block.hidden = !values.split(",").some((value) => now.includes(value));
    };
    form.addEventListener("change", decide);
    decide();
  }
}

ready(() => {
  menu();
  forms();
  drafts();
  conditions();
  drawCharts(document);
});
document.addEventListener("htmx:afterSwap", (event) => { drawCharts(event.target); document.dispatchEvent(new CustomEvent("qiangji:drawn", { detail: event.target })); });
