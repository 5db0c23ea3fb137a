const place = document.getElementById("views");
const specification = JSON.parse(document.getElementById("specification").textContent);
const options = {
  actions: false,
  renderer: place.dataset.renderer,
  bind: "#controls",
  tooltip: { theme: "light" }
};

// On a screen that has no room for two views they stand one below the other.
const room = place.clientWidth - 170;
function fit(view) {
  if (view.width) { view.width = Math.max(180, Math.min(view.width, room)); }
  (view.vconcat || []).forEach(fit);
}
if (room < 2 * specification.concat[0].width) { specification.columns = 1; }
specification.concat.forEach(fit);

vegaEmbed(place, specification, options).then(function (result) {
  window.drawn = result.view;
  // Its marks have no names: the region around has one, and the report their values.
  const drawing = place.querySelector("svg, canvas");
  if (drawing) { drawing.setAttribute("aria-hidden", "true"); }
  place.setAttribute("data-drawn", "yes");
}).catch(function (error) {
  const failed = document.getElementById("failed");
  failed.textContent = "The views could not be drawn: " + error.message;
  failed.hidden = false;
});
document.getElementById("clear").addEventListener("click", function () {
  window.location.reload();
});
