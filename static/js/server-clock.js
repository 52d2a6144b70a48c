// The server's time, as well as a page can know it. A telephone's own clock may be minutes off.

let offset = Date.parse(document.documentElement.dataset.now) - Date.now() || 0

export function serverNow() {
  return Date.now() + offset
}

// Every answer carries the server's time to the second; only a real difference is worth a jump.
export function setClock(response) {
  const told = Date.parse(response.headers.get("Date"))
  if (told && Math.abs(told - serverNow()) > 2000) offset = told - Date.now()
}
