(function () {
  "use strict";
  var table = document.getElementById("patients");
  var body = table.tBodies[0];
  var rows = Array.prototype.slice.call(body.rows);
  var shown = document.getElementById("shown");
  var box = document.getElementById("find");
  var only = document.getElementById("only");

  // One for all comparisons: asking a name for it each time takes seconds.
  var names = new Intl.Collator(undefined, { numeric: true });

  // Thousands of rows take seconds to lay out: the first of those that fit are shown.
  var MOST = 500;
  var most = rows.length > 2 * MOST ? MOST : rows.length;
  var all = document.getElementById("all");

  function filter() {
    var words = box.value.toLowerCase().split(/\s+/);
    var count = 0;
    rows.forEach(function (row) {
      if (row.text === undefined) {
        row.text = (row.textContent + " " + row.getAttribute("data-find")).toLowerCase();
      }
      var fits = words.every(function (word) { return row.text.indexOf(word) >= 0; });
      fits = fits && (!only.checked || row.getAttribute("data-now") === "1");
      count += fits ? 1 : 0;
      var hidden = !fits || count > most;
      if (row.hidden !== hidden) { row.hidden = hidden; }
    });
    shown.textContent = count + " of " + rows.length + " patients";
    if (count > most) { shown.textContent += ", the first " + most + " shown"; }
    all.hidden = count <= most;
  }

  function key(row, column) {
    return row.cells[column].getAttribute("data-key");
  }

  function sort(button, column) {
    var head = button.parentNode;
    var now = head.getAttribute("aria-sort"), first = key(rows[0], column);
    // What is asked for: most first. Names: from the first letter on.
    var byName = column === 0 || first === "" || isNaN(first);
    var up = now ? now === "descending" : byName;
    var sign = up ? 1 : -1;
    Array.prototype.forEach.call(head.parentNode.cells, function (cell) {
      cell.removeAttribute("aria-sort");
    });
    head.setAttribute("aria-sort", up ? "ascending" : "descending");
    var keys = new Map();
    rows.forEach(function (row) { keys.set(row, key(row, column)); });
    rows.sort(function (a, b) {
      var x = keys.get(a), y = keys.get(b);
      var isNumber = x !== "" && y !== "" && !isNaN(x) && !isNaN(y);
      var order = isNumber ? x - y : names.compare(x, y);
      return sign * order;
    });
    body.append.apply(body, rows);
    filter();
  }

  Array.prototype.forEach.call(table.tHead.querySelectorAll("button"), function (b) {
    b.addEventListener("click", function () { sort(b, b.parentNode.cellIndex); });
  });
  box.addEventListener("input", filter);
  only.addEventListener("change", filter);
  all.addEventListener("click", function () { most = rows.length; filter(); });
  document.getElementById("tools").hidden = false;
  filter();
}());
