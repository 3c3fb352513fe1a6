// The SPARQL editor: YASGUI with the prefixes, terms and saved queries of this service.
import Yasgui from "@zazuko/yasgui";
import "@zazuko/yasgui/build/yasgui.min.css";
import { Chart } from "./chart.js";
import { Graph } from "./graph.js";

const root = document.getElementById("editor");
const vocabulary = await (await fetch(root.dataset.vocabulary)).json();

Yasgui.Yasr.registerPlugin("chart", Chart);
Yasgui.Yasr.registerPlugin("graph", Graph);
Yasgui.Yasr.defaults.prefixes = vocabulary.prefixes;

function completing(name, terms) {
  return {
    ...Yasgui.Yasqe.Autocompleters[name],
    name: `licet-${name}`,
    persistenceId: null,
    bulk: true,
    get: () => terms,
  };
}
// The shipped ones ask prefix.cc and Linked Open Vocabularies; these know what is served here.
Yasgui.Yasqe.registerAutocompleter(completing("class", vocabulary.classes), false);
Yasgui.Yasqe.registerAutocompleter(completing("property", vocabulary.properties), false);
Yasgui.Yasqe.forkAutocompleter("prefixes", {
  name: "licet-prefixes",
  persistenceId: null,
  get: () => Object.entries(vocabulary.prefixes).map(([prefix, iri]) => `${prefix}: <${iri}>`),
}, false);

const reading = document.getElementById("reading");
const given = document.getElementById("query");

function underReading() {
  return [{ name: "reading", value: reading.value }];
}

const editor = new Yasgui(root, {
  requestConfig: {
    endpoint: new URL(root.dataset.endpoint, location.href).href,
    method: "POST",
    args: underReading(),
  },
  copyEndpointOnNewTab: true,
  endpointCatalogueOptions: { getData: () => [], keys: [], renderItem: () => {} },
  persistenceId: null,
  populateFromUrl: false,
  yasqe: {
    value: given.value,
    autocompleters: ["licet-class", "licet-property", "licet-prefixes", "variables"],
    prefixCcApi: null,
    createShareableLink: (yasqe) =>
      `${location.origin}${location.pathname}?${new URLSearchParams({ query: yasqe.getValue(), reading: reading.value })}`,
    createShortLink: undefined,
    consumeShareLink: null,
    resizeable: true,
    editorHeight: "20rem",
  },
  yasr: {
    pluginOrder: ["table", "chart", "graph", "response"],
    defaultPlugin: "table",
    prefixes: vocabulary.prefixes,
    persistenceId: null,
  },
});

reading.addEventListener("change", () => {
  editor.getTab().setRequestConfig({ args: underReading() });
});
const tab = editor.getTab();
if (tab) tab.setQuery(given.value);
document.documentElement.classList.add("has-editor");
for (const button of document.querySelectorAll("button[data-query]")) {
  button.addEventListener("click", () => {
    editor.getTab().setQuery(button.dataset.query);
    root.scrollIntoView();
  });
}
// What the editor leaves without a name, for whoever hears the page instead of seeing it.
function name() {
  for (const [selector, label] of [
    [".CodeMirror textarea", "Query in SPARQL"],
    ["select.tableSizer", "Rows on a page"],
  ]) {
    for (const one of root.querySelectorAll(`${selector}:not([aria-label])`)) one.setAttribute("aria-label", label);
  }
  for (const box of root.querySelectorAll(".CodeMirror-scroll[tabindex='-1']")) {
    for (const [key, value] of [["tabindex", "0"], ["role", "region"], ["aria-label", "Text of the query"]]) box.setAttribute(key, value);
  }
  for (const head of root.querySelectorAll("thead th:first-child .dt-column-title:empty")) head.textContent = "#";
  for (const one of root.querySelectorAll(".tabsList .addTab:not([role])")) one.setAttribute("role", "tab");
}
new MutationObserver(name).observe(root, { childList: true, subtree: true });
name();
if (root.dataset.run === "true") tab.query().catch(() => {});
root.dataset.ready = "true";
