// Shows the scenes of a panorama all around, and lets the words below turn the picture, which is how
// points are reached by keyboard. Without scripts the flat pictures stand beside the words.
const place = document.getElementById("look");
const calm = matchMedia("(prefers-reduced-motion: reduce)").matches;

if (place && window.pannellum) {
  const viewer = pannellum.viewer(place, JSON.parse(place.dataset.plan));
  const turn = calm ? false : 1000;
  for (const part of document.querySelectorAll("[data-look]")) part.hidden = false;
  for (const button of document.querySelectorAll("[data-scene]")) {
    button.addEventListener("click", () => {
      const { scene, yaw, pitch } = button.dataset;
      const is_here = viewer.getScene() === scene;
      const [up, side] = [Number(pitch ?? 0), yaw === undefined ? "same" : Number(yaw)];
      if (!is_here) viewer.loadScene(scene, up, yaw === undefined ? undefined : side);
      else if (yaw !== undefined) viewer.lookAt(up, side, undefined, turn);
      place.scrollIntoView({ block: "center" });
    });
  }
}
