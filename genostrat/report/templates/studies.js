(function () {
  "use strict";
  function list(items) { return Array.prototype.slice.call(items); }
  function key(row, column) {
    var text = row.cells[column].textContent;
    var number = parseFloat(text.replace(/[ ,]/g, ""));
    return isNaN(number) ? text.toLowerCase() : number;
  }
  list(document.querySelectorAll("table.searchable")).forEach(function (table) {
    var body = table.tBodies[0];
    var rows = list(body.rows);
    var tools = table.parentNode.previousElementSibling;
    var box = tools.querySelector("input");
    var shown = tools.querySelector("span");
    function filter() {
      var words = box.value.toLowerCase().split(/\s+/);
      var count = 0;
      rows.forEach(function (row) {
        var text = row.textContent.toLowerCase();
        var fits = words.every(function (word) { return text.indexOf(word) >= 0; });
        row.hidden = !fits;
        count += fits ? 1 : 0;
      });
      shown.textContent = count + " of " + rows.length + " rows";
    }
    function sort(button, column) {
      var head = button.parentNode;
      var down = head.getAttribute("aria-sort") === "ascending";
      list(head.parentNode.cells).forEach(function (cell) { cell.removeAttribute("aria-sort"); });
      head.setAttribute("aria-sort", down ? "descending" : "ascending");
      rows.sort(function (a, b) {
        var x = key(a, column), y = key(b, column);
        var order = typeof x === typeof y
          ? (typeof x === "number" ? x - y : x.localeCompare(y, undefined, { numeric: true }))
          : (typeof x === "number" ? -1 : 1);
        return down ? -order : order;
      });
      rows.forEach(function (row) { body.appendChild(row); });
    }
    list(table.tHead.querySelectorAll("button")).forEach(function (button) {
      button.addEventListener("click", function () { sort(button, button.parentNode.cellIndex); });
    });
    box.addEventListener("input", filter);
    tools.hidden = false;
    filter();
  });
}());
