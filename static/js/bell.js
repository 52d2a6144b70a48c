// The doorbell of one incident. Many tabs share one stream through a SharedWorker; where there is
// none, this tab opens its own. `heard` gets {seq}, {beat} or {state: "open" | "lost"}.

const BEAT = 20000

export function listen(address, after, heard) {
  const open = typeof SharedWorker === "undefined" ? alone : shared
  return open(address, after, heard)
}

function shared(address, after, heard) {
  const url = new URL("./bell-worker.js", import.meta.url)
  const { port } = new SharedWorker(url, { type: "module", name: "bell" })
  const watch = () => port.postMessage({ watch: address, after })
  port.onmessage = ({ data }) => data.address === address && heard(data)
  watch()
  const timer = setInterval(watch, BEAT)
  return () => {
    clearInterval(timer)
    port.postMessage({ leave: address })
  }
}

function alone(address, after, heard) {
  let source
  const timer = { id: 0 }
  const open = () => {
    source = openStream(address, after, heard, () => (timer.id = setTimeout(open, BEAT)))
  }
  open()
  return () => {
    clearTimeout(timer.id)
    source.close()
  }
}

// EventSource comes back by itself after a broken line, but not after a refusal: then we are `refused`.
export function openStream(address, after, heard, refused) {
  const source = new EventSource(`${address}?after=${after}`)
  source.addEventListener("timeline", (event) => heard({ address, seq: Number(event.data) }))
  source.addEventListener("sender", (event) => heard({ address, beat: event.data }))
  source.addEventListener("open", () => heard({ address, state: "open" }))
  source.addEventListener("error", () => {
    heard({ address, state: "lost" })
    if (source.readyState === EventSource.CLOSED) refused()
  })
  return source
}
