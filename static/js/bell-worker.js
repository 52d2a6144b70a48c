// One stream per incident for all tabs of this browser. A tab that has said nothing for a minute is
// asleep or gone; a stream that nobody listens to is closed.

import { openStream } from "./bell.js"

const GONE = 60000
const AGAIN = 20000

const streams = new Map()

self.onconnect = ({ ports: [port] }) => {
  port.onmessage = ({ data }) => (data.watch ? watch(port, data) : leave(port, data.leave))
}

function watch(port, { watch: address, after }) {
  const stream = streams.get(address) ?? open(address, after)
  const isNew = !stream.ports.has(port)
  stream.ports.set(port, Date.now())
  if (isNew && stream.last) port.postMessage(stream.last)
}

function leave(port, address) {
  const stream = streams.get(address)
  stream?.ports.delete(port)
  if (stream && !stream.ports.size) close(address, stream)
}

function open(address, after) {
  const stream = { ports: new Map(), last: null, seq: after, source: null, timer: 0 }
  const tell = (news) => {
    if (news.state) stream.last = news
    stream.seq = Math.max(stream.seq, news.seq ?? 0)
    for (const port of stream.ports.keys()) port.postMessage(news)
  }
  const ring = () => {
    const refused = () => (stream.timer = setTimeout(ring, AGAIN))
    stream.source = openStream(address, stream.seq, tell, refused)
  }
  streams.set(address, stream)
  ring()
  return stream
}

function close(address, stream) {
  clearTimeout(stream.timer)
  stream.source.close()
  streams.delete(address)
}

setInterval(() => {
  for (const [address, { ports }] of streams) {
    for (const [port, at] of ports) if (Date.now() - at > GONE) leave(port, address)
  }
}, GONE / 2)
