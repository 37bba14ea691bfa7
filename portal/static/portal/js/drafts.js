// Text that did not reach the portal (cable out, session over, laptop closed) is kept on this device until it does, and is
// offered when the page is opened again. It is put back with the marks that it was typed on, so the portal merges it by field.
(function () {
  "use strict";
  const form = document.querySelector("form[data-draft]");
  if (!form || !window.localStorage) return;
  const key = "draft:" + form.dataset.draft;
  const WEEK = 7 * 24 * 3600 * 1000;
  const own = (name) => name !== "csrfmiddlewaretoken" && name !== "version" && !name.startsWith("seen_");
  const touched = new Set(); // fields typed in on this device; the others may have changed since by a colleague's hand
  const read = () => { try { return JSON.parse(localStorage.getItem(key)); } catch (e) { return null; } };
  const drop = () => { touched.clear(); localStorage.removeItem(key); };
  const field = (name) => form.querySelector('[name="' + name + '"]:not([type=hidden])');
  // One control, one text: files cannot be kept, several boxes of one name are saved by the portal alone.
  const single = (one) => one.type !== "file" && one.type !== "radio" && form.querySelectorAll('[name="' + one.name + '"]').length === 1;
  const value = (one) => (one.type === "checkbox" ? (one.checked ? "on" : "") : one.value);

  const same = (one, text) => plain(one, value(one)) === plain(one, text || "");
  const plain = (one, text) => text.replace(/\s+/g, " ").trim().replace(one.dataset.won === undefined ? /$^/ : /[,원\s]/g, "");

  const keep = () => {
    const values = {}, seen = {};
    form.querySelectorAll("[name]").forEach((one) => {
      if (one.type === "submit" || one.type === "file" || form.querySelectorAll('[name="' + one.name + '"]').length > 1) return;
      if (one.name.startsWith("seen_")) seen[one.name] = one.value;
      else if (own(one.name) && single(one)) values[one.name] = value(one);
    });
    try { localStorage.setItem(key, JSON.stringify({ at: Date.now(), values, seen, touched: [...touched] })); } catch (e) { /* full: the page still holds it */ }
  };
  const ours = (event) => event.detail && event.detail.ctx && event.detail.ctx.sourceElement === form;

  const note = document.getElementById("kept-draft"), found = read();
  if (found && found.values && Date.now() - found.at < WEEK) {
    (found.touched || Object.keys(found.values)).forEach((name) => touched.add(name));
    const names = [...touched].filter((name) => name in found.values).filter((name) => field(name) && single(field(name)) && !same(field(name), found.values[name]));
    if (!names.length) drop();
    else {
      note.hidden = false;
      note.querySelector("[data-at]").textContent = new Date(found.at).toLocaleString(document.documentElement.lang, { timeZone: "Asia/Seoul", dateStyle: "medium", timeStyle: "short", hourCycle: "h23" });
      names.forEach((name) => {
        const label = form.querySelector('label[for="' + field(name).id + '"]'), line = document.createElement("li");
        line.textContent = label ? label.textContent.trim() : name;
        note.querySelector("[data-fields]").append(line);
      });
      note.querySelector("[data-put-back]").addEventListener("click", () => {
        names.forEach((name) => {
          const one = field(name), mark = form.querySelector('[name="seen_' + name + '"]');
          if (one.type === "checkbox") one.checked = found.values[name] === "on"; else one.value = found.values[name];
          if (mark && found.seen["seen_" + name]) mark.value = found.seen["seen_" + name];
        });
        note.hidden = true;
        field(names[0]).focus();
        field(names[0]).dispatchEvent(new Event("change", { bubbles: true }));
      });
      note.querySelector("[data-throw-away]").addEventListener("click", () => { drop(); note.hidden = true; });
    }
  } else if (found) drop();

  let typed = 0, sent = 0;
  form.addEventListener("input", (event) => { typed += 1; touched.add(event.target.name); keep(); });
  document.addEventListener("htmx:before:request", (event) => { if (ours(event)) sent = typed; });
  document.addEventListener("htmx:finally:request", (event) => {
    const state = form.querySelector("#save-state");
    const stored = state && state.getAttribute("role") === "status" && !state.querySelector("[data-unsaved], .form-hint-invalid");
    if (ours(event) && event.detail.ctx.response && event.detail.ctx.response.status === 200 && stored && sent === typed && note.hidden) drop();
  });
})();
