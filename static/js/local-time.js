// Touching a time shows every time of the page in UTC; touching one again shows the zone's.

let inUTC = false

document.addEventListener("click", (event) => {
  if (!event.target.closest("time.when")) return
  event.preventDefault()
  inUTC = !inUTC
  draw()
})

document.addEventListener("news", () => inUTC && draw())

function draw() {
  for (const time of document.querySelectorAll("time.when")) {
    time.dataset.local ??= time.textContent
    time.textContent = inUTC ? time.dataset.utc : time.dataset.local
  }
}
