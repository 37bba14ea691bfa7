// A call's own questions: shown only when their condition holds (the server judges it again), and further rows of a table.
(function () {
  "use strict";
  const groups = () => [...document.querySelectorAll("[data-field]")].filter((group) => group.querySelector("[data-when]"));
  const chosen = (name) => {
    const source = document.querySelector('[data-field="' + name + '"]');
    if (!source || source.hidden) return [];
    return [...source.querySelectorAll("select, input:checked")].map((one) => one.value);
  };
  const follow = () => groups().forEach((group) => {
    const asks = group.querySelector("[data-when]");
    if (!document.querySelector('[data-field="' + asks.dataset.when + '"]')) return; // asked alone: its condition was judged before
    group.hidden = !chosen(asks.dataset.when).includes(asks.dataset.equals);
    group.querySelectorAll("[data-only-if]").forEach((words) => { words.hidden = true; });
  });
  document.addEventListener("change", follow);
  document.addEventListener("portal:filled", follow);
  document.addEventListener("htmx:finally:request", follow); // a colleague's choice may have come in
  follow();

  document.querySelectorAll(".table-answer").forEach((table) => {
    const body = table.querySelector("tbody"), button = table.querySelector("[data-add-row]");
    const more = () => {
      const number = body.rows.length, row = body.rows[number - 1].cloneNode(true);
      row.querySelector("th").textContent = number + 1;
      row.querySelectorAll("input").forEach((cell) => {
        cell.value = "";
        cell.name = cell.name.replace(/-\d+-/, "-" + number + "-");
        cell.id = "id_" + cell.name;
        cell.setAttribute("aria-label", cell.getAttribute("aria-label").replace(/\d+$/, number + 1));
      });
      body.append(row);
      return row;
    };
    const room = () => { button.hidden = body.rows.length >= Number(table.dataset.rows); };
    button.addEventListener("click", () => {
      more().querySelector("input").focus();
      room();
    });
    table.addEventListener("portal:rows", (event) => { // a colleague filled in more rows than this page shows
      while (body.rows.length < Math.min(event.detail, Number(table.dataset.rows))) more();
      room();
    });
    room();
  });
})();
