// While an incident is open on screen, the screen stays on. Where the browser cannot, nothing is lost.

async function stayAwake() {
  const open = document.querySelector("live-incident[data-open]")
  if (!open || document.visibilityState !== "visible" || !navigator.wakeLock) return
  await navigator.wakeLock.request("screen").catch(() => {})
}

document.addEventListener("visibilitychange", stayAwake)
stayAwake()
