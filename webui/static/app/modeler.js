// The editor of a procedure: the drawing on the left, what our engine needs to know about the picked element on the right.
"use strict";

const page = document.getElementById("modeler");
const panel = document.getElementById("properties");
const words = JSON.parse(page.dataset.words);
let modeler;
let picked = null;

const is = (element, ...types) => types.some((type) => element && element.businessObject && element.businessObject.$instanceOf(type));
const messageOf = (element) => (element.businessObject.eventDefinitions || []).find((d) => d.$instanceOf("bpmn:MessageEventDefinition"));
const timerOf = (element) => (element.businessObject.eventDefinitions || []).find((d) => d.$instanceOf("bpmn:TimerEventDefinition"));

// One line a field: where it lies, for which elements it is shown.
const FIELDS = {
  name: { on: () => true },
  en: { on: (e) => is(e, "bpmn:FlowElement", "bpmn:Lane", "bpmn:Process", "bpmn:Participant"), attribute: "qj:en" },
  posts: { on: (e) => is(e, "bpmn:UserTask", "bpmn:ManualTask", "bpmn:Lane"), attribute: "qj:posts" },
  form: { on: (e) => is(e, "bpmn:UserTask", "bpmn:StartEvent"), attribute: "qj:form" },
  decision: { on: (e) => is(e, "bpmn:BusinessRuleTask"), attribute: "qj:decision" },
  service: { on: (e) => is(e, "bpmn:ServiceTask", "bpmn:SendTask"), attribute: "qj:service" },
  due: { on: (e) => is(e, "bpmn:UserTask"), attribute: "qj:due" },
  dueWorking: { on: (e) => is(e, "bpmn:UserTask"), attribute: "qj:dueWorking", tick: true },
  skills: { on: (e) => is(e, "bpmn:UserTask"), attribute: "qj:skills" },
  correlation: { on: (e) => is(e, "bpmn:ReceiveTask", "bpmn:SendTask") || Boolean(messageOf(e)), attribute: "qj:correlation" },
  stopsClock: { on: (e) => is(e, "bpmn:Activity", "bpmn:IntermediateCatchEvent"), attribute: "qj:stopsClock", tick: true },
  calls: { on: (e) => is(e, "bpmn:CallActivity"), attribute: "qj:calls" },
  fourEyes: { on: (e) => is(e, "bpmn:UserTask"), attribute: "qj:fourEyes" },
  guards: { on: (e) => is(e, "bpmn:Activity"), attribute: "qj:guards" },
  condition: {
    on: (e) => is(e, "bpmn:SequenceFlow") && is({ businessObject: e.businessObject.sourceRef }, "bpmn:ExclusiveGateway", "bpmn:InclusiveGateway", "bpmn:Activity"),
    read: (e) => (e.businessObject.conditionExpression || {}).body || "",
    write: (e, value) => modeling().updateProperties(e, {
      conditionExpression: value ? modeler.get("moddle").create("bpmn:FormalExpression", { body: value }) : undefined,
    }),
  },
  timer: {
    on: (e) => is(e, "bpmn:Event") && Boolean(timerOf(e)),
    read: (e) => { const t = timerOf(e); return (t.timeDuration || t.timeDate || t.timeCycle || {}).body || ""; },
    write: (e, value) => {
      const timer = timerOf(e);
      const kind = timer.timeDate ? "timeDate" : timer.timeCycle ? "timeCycle" : "timeDuration";
      const body = modeler.get("moddle").create("bpmn:FormalExpression", { body: value });
      modeling().updateModdleProperties(e, timer, { [kind]: body });
    },
  },
  working: {
    on: (e) => is(e, "bpmn:Event") && Boolean(timerOf(e)),
    tick: true,
    read: (e) => timerOf(e).get("qj:working") || "",
    write: (e, value) => modeling().updateModdleProperties(e, timerOf(e), { "qj:working": value || undefined }),
  },
};

const modeling = () => modeler.get("modeling");

function field(name) { return panel.querySelector(`[data-field="${name}"]`); }

function readField(name, element) {
  const rule = FIELDS[name];
  if (rule.read) return rule.read(element);
  if (name === "name") return element.businessObject.name || "";
  return element.businessObject.get(rule.attribute) || "";
}

function writeField(name, element, value) {
  const rule = FIELDS[name];
  if (rule.write) rule.write(element, value);
  else if (name === "name") modeling().updateLabel(element, value);
  else modeling().updateProperties(element, { [rule.attribute]: value || undefined });
}

function showPicked(element) {
  picked = element && element.type === "label" ? element.labelTarget || element : element;
  panel.hidden = !picked;
  document.getElementById("nothing-picked").hidden = Boolean(picked);
  if (!picked) return;
  document.getElementById("picked-id").textContent = picked.businessObject.id;
  for (const name of Object.keys(FIELDS)) {
    const holder = field(name);
    const shown = FIELDS[name].on(picked);
    holder.hidden = !shown;
    if (!shown) continue;
    const input = holder.querySelector("input, select, textarea");
    const value = readField(name, picked);
    if (input.type === "checkbox") input.checked = value === "true";
    else {
      if (input.tagName === "SELECT" && value && ![...input.options].some((o) => o.value === value)) input.add(new Option(value, value));
      input.value = value;
    }
  }
}

function say(text, style) {
  const line = document.getElementById("saying");
  line.textContent = text;
  line.className = `small ${style || "muted"}`;
}

async function send(address, more) {
  const { xml } = await modeler.saveXML({ format: true });
  const form = new FormData();
  form.set("xml", xml);
  for (const [name, value] of Object.entries(more || {})) form.set(name, value);
  const answer = await fetch(address, {
    method: "POST", body: form,
    headers: { "X-CSRFToken": page.dataset.token, Accept: "application/json" },
  });
  return { ok: answer.ok, status: answer.status, body: await answer.json() };
}

function showProblems(problems) {
  const registry = modeler.get("elementRegistry");
  const canvas = modeler.get("canvas");
  registry.forEach((element) => { if (element.parent) canvas.removeMarker(element, "is-wrong"); });
  const list = document.getElementById("problems");
  list.replaceChildren(...problems.map((problem) => {
    const line = document.createElement("button");
    line.type = "button";
    line.className = `list-group-item list-group-item-action small ${problem.severity === "error" ? "text-danger" : ""}`;
    const name = document.createElement("b");
    name.textContent = problem.label || problem.element || "";
    line.append(name, document.createTextNode(` ${problem.message}`));
    line.addEventListener("click", () => {
      const element = registry.get(problem.element);
      if (element) { canvas.scrollToElement(element, 80); modeler.get("selection").select(element); }
    });
    const element = registry.get(problem.element);
    if (element && element.parent) canvas.addMarker(element, "is-wrong");
    return line;
  }));
  document.getElementById("problems-card").hidden = false;
  document.getElementById("no-problems").hidden = problems.length > 0;
}

async function check() {
  say(words.checking);
  const { ok, body } = await send(page.dataset.check);
  if (!ok) { showProblems([{ severity: "error", message: body.error }]); say(words.wrong, "text-danger"); return false; }
  showProblems(body.problems);
  const wrong = body.problems.some((problem) => problem.severity === "error");
  say(wrong ? words.wrong : words.right, wrong ? "text-danger" : "text-success");
  return !wrong;
}

async function deploy() {
  if (!(await check())) return;
  const { ok, body } = await send(page.dataset.deploy, { note: document.getElementById("note").value });
  if (ok) { page.dataset.leaving = "yes"; location.assign(body.address); }
  else { if (body.problems) showProblems(body.problems); say(body.error || words.wrong, "text-danger"); }
}

async function download() {
  const { xml } = await modeler.saveXML({ format: true });
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob([xml], { type: "application/xml" }));
  link.download = `${page.dataset.key}.bpmn`;
  link.click();
  URL.revokeObjectURL(link.href);
}

// The palette lies over the left edge: the whole drawing is shown to the right of it.
function fitBesidePalette() {
  const canvas = modeler.get("canvas");
  canvas.zoom("fit-viewport", "auto");
  const { x, y, width, height, outer } = canvas.viewbox();
  const room = 1 + 120 / outer.width;
  canvas.viewbox({ x: x - width * (room - 1), y: y - height * (room - 1) / 2, width: width * room, height: height * room });
}

async function start() {
  const answer = await fetch(page.dataset.diagramOf, { headers: { Accept: "application/xml" } });
  modeler = window.openModeler(document.getElementById("canvas"), page.dataset.language);
  await modeler.importXML(await answer.text());
  document.getElementById("canvas").querySelector(".loading")?.remove();
  fitBesidePalette();
  modeler.on("selection.changed", ({ newSelection }) => showPicked(newSelection.length === 1 ? newSelection[0] : null));
  modeler.on("commandStack.changed", () => { page.dataset.changed = "yes"; say(words.changed); });
  page.dataset.ready = "yes";
  page.modeler = modeler;
}

panel.addEventListener("change", (event) => {
  const name = event.target.closest("[data-field]").dataset.field;
  const value = event.target.type === "checkbox" ? (event.target.checked ? "true" : "") : event.target.value.trim();
  if (picked) writeField(name, picked, value);
});
document.getElementById("check").addEventListener("click", check);
document.getElementById("deploy").addEventListener("click", deploy);
document.getElementById("download").addEventListener("click", download);
document.getElementById("undo").addEventListener("click", () => modeler.get("commandStack").undo());
document.getElementById("redo").addEventListener("click", () => modeler.get("commandStack").redo());
document.getElementById("open-file").addEventListener("change", async (event) => {
  try {
    await modeler.importXML(await event.target.files[0].text());
    fitBesidePalette();
    page.dataset.changed = "yes";
    say(words.opened);
  } catch (error) {
    say(`${words.unreadable} ${error.message}`, "text-danger");
  }
});
window.addEventListener("beforeunload", (event) => { if (page.dataset.changed && !page.dataset.leaving) event.preventDefault(); });
start();
