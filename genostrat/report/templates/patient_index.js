(function () {
  "use strict";
  var table = document.getElementById("patients");
  var body = table.tBodies[0];
  var rows = Array.prototype.slice.call(body.rows);
  var shown = document.getElementById("shown");
  var box = document.getElementById("find");
  var only = document.getElementById("only");

  function filter() {
    var words = box.value.toLowerCase().split(/\s+/);
    var count = 0;
    rows.forEach(function (row) {
      var text = (row.textContent + " " + row.getAttribute("data-find")).toLowerCase();
      var fits = words.every(function (word) { return text.indexOf(word) >= 0; });
      fits = fits && (!only.checked || row.getAttribute("data-now") === "1");
      row.hidden = !fits;
      count += fits ? 1 : 0;
    });
    shown.textContent = count + " of " + rows.length + " patients";
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
    rows.sort(function (a, b) {
      var x = key(a, column), y = key(b, column);
      var isNumber = x !== "" && y !== "" && !isNaN(x) && !isNaN(y);
      var order = isNumber ? x - y : x.localeCompare(y, undefined, { numeric: true });
      return sign * order;
    });
    rows.forEach(function (row) { body.appendChild(row); });
  }

  Array.prototype.forEach.call(table.tHead.querySelectorAll("button"), function (b) {
    b.addEventListener("click", function () { sort(b, b.parentNode.cellIndex); });
  });
  box.addEventListener("input", filter);
  only.addEventListener("change", filter);
  document.getElementById("tools").hidden = false;
  filter();
}());
