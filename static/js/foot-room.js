// On a phone the buttons of the step in hand stand at the foot of the screen. Whatever lies above
// them, a toast or the end of the page, keeps clear of them, however many they are.

function makeRoom() {
  const foot = document.querySelector("[data-main] .current__actions")
  if (foot) document.documentElement.style.setProperty("--foot", `${foot.offsetHeight}px`)
  else document.documentElement.style.removeProperty("--foot")
}

document.addEventListener("news", makeRoom)
addEventListener("resize", makeRoom)
makeRoom()
