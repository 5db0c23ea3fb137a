(function () {
  "use strict";
  var names = new Intl.Collator(undefined, { numeric: true });
  var list = Array.prototype.slice;

  var RAISED = "\u2070\u00b9\u00b2\u00b3\u2074\u2075\u2076\u2077\u2078\u2079";

  // Numbers as genostrat.report.parts.wording writes them: 1,234; -1.50 with a true minus;
  // < 1 %; 12.3 M; 3.1 x 10 to a raised power; p < 0.001.
  function number(text) {
    var plain = text.replace(/[\s,%]/g, "").replace(/\u2212/g, "-").replace(/^(p[<=])?[<>\u2264\u2265=]?/, "");
    var found = /^([+-]?\d+(?:\.\d+)?)(?:\u00d710(\u207b?)([\u2070\u00b9\u00b2\u00b3\u2074-\u2079]+)|(M)(?![a-z]))?/.exec(plain);
    if (!found) { return /^[+-]?\u221e/.test(plain) ? (plain[0] === "-" ? -Infinity : Infinity) : NaN; }
    var power = 0;
    list.call(found[3] || "").forEach(function (digit) { power = 10 * power + RAISED.indexOf(digit); });
    return parseFloat(found[1]) * Math.pow(10, found[2] ? -power : power) * (found[4] ? 1e6 : 1);
  }

  function compare(a, b, up) {
    var x = number(a), y = number(b);
    if (isNaN(x) !== isNaN(y)) { return isNaN(x) ? 1 : -1; }
    var order = isNaN(x) ? names.compare(a, b) : x - y;
    return up ? order : -order;
  }

  function sort(table, head) {
    var column = head.cellIndex, up = head.getAttribute("aria-sort") !== "ascending";
    list.call(head.parentNode.cells).forEach(function (cell) { cell.removeAttribute("aria-sort"); });
    head.setAttribute("aria-sort", up ? "ascending" : "descending");
    list.call(table.tBodies[0].rows)
      .map(function (row, place) { return [row, place, row.cells[column].textContent]; })
      .sort(function (a, b) { return compare(a[2], b[2], up) || a[1] - b[1]; })
      .forEach(function (item) { table.tBodies[0].appendChild(item[0]); });
  }

  function addFilter(table) {
    var label = document.createElement("label"), box = document.createElement("input");
    var shown = document.createElement("span");
    label.className = "filter";
    box.type = "search";
    shown.setAttribute("aria-live", "polite");
    label.appendChild(document.createTextNode("Filter "));
    label.appendChild(box);
    label.appendChild(shown);
    box.addEventListener("input", function () {
      var words = box.value.toLowerCase().split(/\s+/), n = 0;
      list.call(table.tBodies[0].rows).forEach(function (row) {
        var text = row.textContent.toLowerCase();
        row.hidden = !words.every(function (word) { return text.indexOf(word) >= 0; });
        n += row.hidden ? 0 : 1;
      });
      shown.textContent = " " + n + " of " + table.tBodies[0].rows.length;
    });
    table.parentNode.insertBefore(label, table);
  }

  list.call(document.querySelectorAll("main table")).forEach(function (table) {
    var n = table.tBodies[0].rows.length;
    if (n > 9) { addFilter(table); }
    if (n < 2) { return; }
    list.call(table.tHead.rows[0].cells).forEach(function (head) {
      var button = document.createElement("button");
      button.type = "button";
      while (head.firstChild) { button.appendChild(head.firstChild); }
      head.appendChild(button);
      button.addEventListener("click", function () { sort(table, head); });
    });
  });
}());
