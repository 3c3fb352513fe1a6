// What makes the pages quicker to use. Each works without it.

// Buttons that copy text stand beside text to copy.
for (const source of document.querySelectorAll("[data-copy]")) {
  const button = document.createElement("button");
  button.type = "button";
  button.className = "copy";
  button.textContent = source.dataset.copy || "Copy";
  button.addEventListener("click", async () => {
    const before = button.textContent;
    try {
      await navigator.clipboard.writeText(source.textContent);
      button.textContent = "Copied";
    } catch {
      getSelection().selectAllChildren(source);
      button.textContent = "Selected; press Ctrl+C";
    }
    setTimeout(() => (button.textContent = before), 2000);
  });
  source.after(button);
}

// Forms that filter answer as soon as something is chosen.
for (const form of document.querySelectorAll("form[data-instant]")) {
  form.addEventListener("change", () => form.requestSubmit());
}

// Names are suggested while they are typed.
let serial = 0;
for (const input of document.querySelectorAll("input[name=q], input[data-suggest]")) {
  const list = document.createElement("datalist");
  list.id = `suggestions-${(serial += 1)}`;
  input.after(list);
  input.setAttribute("list", list.id);
  let timer;
  let asked = "";
  input.addEventListener("input", () => {
    clearTimeout(timer);
    const text = input.value.trim();
    if (text.length < 2 || text === asked) return;
    timer = setTimeout(async () => {
      asked = text;
      const kind = input.dataset.suggest ? `&kind=${input.dataset.suggest}` : "";
      const response = await fetch(`/search?q=${encodeURIComponent(text)}&format=json${kind}`);
      if (!response.ok || asked !== text) return;
      const { results } = await response.json();
      list.replaceChildren(
        ...results.map((found) => {
          const option = document.createElement("option");
          option.value = found.id;
          option.label = found.what;
          return option;
        }),
      );
    }, 150);
  });
}

// A hash that points into a closed part opens it.
function reveal() {
  if (!location.hash) return;
  let element = document.getElementById(decodeURIComponent(location.hash.slice(1)));
  for (; element; element = element.parentElement) if (element.tagName === "DETAILS") element.open = true;
}
addEventListener("hashchange", reveal);
reveal();

// The drawing of a lineage begins where the work itself stands.
function centre(part) {
  for (const box of part.querySelectorAll(".drawing")) {
    const focus = box.querySelector(".focus rect");
    if (!focus) continue;
    const at = focus.getBBox();
    box.scrollLeft = at.x + at.width / 2 - box.clientWidth / 2;
    box.scrollTop = at.y + at.height / 2 - box.clientHeight / 2;
  }
}
centre(document);

// A part of a page that a link would show anew is replaced in its place.
async function swap(link) {
  const part = document.getElementById(link.dataset.swap);
  part.setAttribute("aria-busy", "true");
  const answer = await fetch(link.href.baseVal ?? link.href, { headers: { Accept: "text/html" } });
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  const fresh = document.adoptNode(page.getElementById(part.id));
  part.replaceWith(fresh);
  centre(fresh);
  return fresh;
}
document.addEventListener("click", async (event) => {
  const link = event.target.closest("a[data-swap]");
  if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  const address = link.href.baseVal ?? link.href;
  try {
    const fresh = await swap(link);
    history.replaceState(null, "", address);
    fresh.setAttribute("tabindex", "-1");
    fresh.focus({ preventScroll: true });
  } catch {
    location.assign(address);
  }
});

// What takes longer is asked for when the rest is shown; where that fails, the link remains.
for (const link of document.querySelectorAll("a[data-load]")) {
  const words = link.textContent;
  link.textContent = "Each license of the catalogue is being judged …";
  swap(link).catch(() => (link.textContent = words));
}
