// The BPMN editor with our attributes, in Chinese or English.
import Modeler from "bpmn-js/lib/Modeler";
import chinese from "bpmn-js-i18n/translations/zn.js";
import ours from "./chinese.json";
import qiangji from "./qiangji.json";

const words = { ...chinese, ...ours };

function translateInto(language) {
  return function translate(template, values = {}) {
    const text = language === "zh" ? words[template] || template : template;
    return text.replace(/{([^}]+)}/g, (whole, key) => (key in values ? values[key] : whole));
  };
}

window.openModeler = function openModeler(container, language) {
  return new Modeler({
    container,
    moddleExtensions: { qj: qiangji },
    additionalModules: [{ translate: ["value", translateInto(language)] }],
  });
};
