// Before the first paint: the reader's text size, and the fact that scripts run.
(function () {
  var root = document.documentElement;
  root.classList.add("js");
  try {
    var size = localStorage.getItem("text-size");
    if (size) root.dataset.textSize = size;
  } catch (e) { /* storage may be forbidden: then the size lasts for this page */ }
})();
